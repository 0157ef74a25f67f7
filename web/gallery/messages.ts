/** A night in the invented operations: forms of all kinds, several languages, things that went wrong. */

import type { Evaluation } from "../src/forms/envelope";
import type { AsideView, AttachmentView, DraftView, OutgoingView } from "../src/mailbox/views";
import { EMPTY_BODY, id, NOW, object, type Said } from "./invented";
import * as who from "./people";

const file = (name: string, mediaType: string, size: number): AttachmentView => ({ attachment: id(name), name, mediaType, size });
const B2: Evaluation = { source: "B", information: "2" };
const [us, mine] = [who.ROTTERDAM.account, { own: true }];

/** Operation Grey Heron, the oldest first. */
export const NIGHT: readonly Said[] = [
  { author: who.UNIT.account, form: "note", minutesAgo: 300, flagged: true, values: { text: "Situation report, day 3.\nSeizures in nine ports; two alerts of this morning are still open. The map is in the file." }, body: { attachments: [file("situation-day-3.pdf", "application/pdf", 2_400_000)] } },
  { author: who.MOMBASA.account, form: "seizure", minutesAgo: 290, values: { case_ref: "KE-MBA-2026-1187", seizure_date: "2026-11-21", reporting_country: "KE", agency: "customs", location_type: "seaport", place: { code: "KEMBA", city: "Mombasa", country: "KE" }, direction: "export", items: [{ category: "CIT", subtype: "CIT-IVO", description: "raw tusks, cut, in tea boxes", quantity: { amount: "318", unit: "KGM", basis: "gross" } }], detection_method: ["dog", "xray_scanner"], conveyances: [{ mode: "1", container_no: "MSKU1134097" }] } },
  { author: who.HERAT.account, form: "note", minutesAgo: 270, body: { language: "fa_AF" }, values: { text: "دو موتر باری امشب از سرحد اسلام قلعه گذشت؛ اسناد آن‌ها با بار مطابقت نداشت. شماره‌ها: ۴۴۲۱۹ و ۴۴۲۲۰." } },
  { author: who.SINES.account, form: "alert", id: id("oriel"), minutesAgo: 250, acknowledgedBy: [us], body: { language: "pt", to: [{ country: "ES" }, { country: "MA" }], answerBy: NOW - 120 * 60, tlp: "GREEN" }, values: { title: "MV Oriel Star, bunker survey wanted", requested_action: "sighting_and_reporting", subject_kind: "vessel", direction: "transit", suspected_commodity: ["FUE"], reason: "O navio declarou menos combustível do que consumiu desde Las Palmas." } },
  { author: id("post-14"), form: "response", replyTo: id("oriel"), minutesAgo: 220, values: { control_status: "carried_out", control_type: ["documentary"], outcome: "conform", negative_reason: "goods_as_declared" } },
  { author: id("post-15"), form: "response", replyTo: id("oriel"), minutesAgo: 100, body: { language: "fr" }, values: { control_status: "not_arrived" } },
  { author: who.IVATO.account, form: "seizure", minutesAgo: 210, body: { language: "fr", attachments: [file("tortues-1.jpg", "image/jpeg", 812_000), file("tortues-2.jpg", "image/jpeg", 655_300)] }, values: { seizure_date: "2026-11-21", reporting_country: "MG", agency: "customs", location_type: "airport", place: { code: "TNR", city: "Antananarivo", country: "MG" }, direction: "export", items: [{ category: "CIT", subtype: "CIT-REP", description: "38 tortues vivantes, dans un bagage à main", quantity: { amount: "38", unit: "H87" }, scientific_name: "Astrochelys radiata", cites_appendix: "I", specimen_term: "LIV" }], detection_method: ["xray_scanner"], concealment_method: ["in_luggage"], persons: [{ role: "passenger", status: "suspect", nationality: "MG", surname: "RAVELO", given_names: "(invented)", date_of_birth: "1990" }], remarks: "Remises au service vétérinaire." } },
  { author: who.TERESPOL.account, form: "response", minutesAgo: 200, values: { control_status: "planned", planned_for: "2026-11-22T06:00:00Z", reason_text: "Vehicle not arrived, watch kept until 06:00" } },
  { author: who.VLADIVOSTOK.account, form: "alert", minutesAgo: 190, read: false, body: { language: "ru", tlp: "AMBER+STRICT" }, values: { title: "Груз краба без документов, рефрижератор идёт на Пусан", requested_action: "information_only", subject_kind: "vessel", direction: "export", suspected_commodity: ["CIT"] } },
  { author: us, ...mine, form: "alert", id: id("ours"), minutesAgo: 180, acknowledgedBy: [who.SINGAPORE.account], body: { to: [{ country: "SG" }, { country: "KE" }, { role: "coordinator" }], answerBy: NOW - 40 * 60 }, values: { title: "Two 40' reefers swapped their seals at sea, same shipper", requested_action: "physical_exam", subject_kind: "container", direction: "transhipment", suspected_commodity: ["DRG"], reason: "Seal numbers on the manifest of Balboa and on ours are exchanged. Photographs follow." } },
  { author: who.SINGAPORE.account, form: "note", replyTo: id("ours"), minutesAgo: 160, values: { text: "Seen. Ship berths 04:00 your time, we open both." } },
  { author: who.DUBAI.account, form: "alert", minutesAgo: 114, read: false, body: { language: "ar", priority: "urgent", to: [{ country: "NL" }, { country: "DE" }], answerBy: NOW - 24 * 60, handling: "H2" }, values: { title: "طرود بريد سريع من دبي، ذهب غير مصرح به", requested_action: "physical_exam", subject_kind: "parcel", direction: "import", suspected_commodity: ["DRG"], reason: "خمسة طرود لمرسل واحد، الوزن المصرح به أقل من الوزن الفعلي بكثير.\nأرقام التتبع في المستند المرفق." } },
  { author: who.SINGAPORE.account, form: "seizure", minutesAgo: 49, read: false, body: { attachments: [file("xray-unit.png", "image/png", 1_204_000), file("scales.jpg", "image/jpeg", 905_000), file("manifest.pdf", "application/pdf", 88_000)] }, values: { case_ref: "SG-26-0419", seizure_date: "2026-11-22", seizure_time: "08:05", reporting_country: "SG", agency: "customs", location_type: "seaport", place: { code: "SGSIN", city: "Singapore", site: "Keppel terminal", country: "SG" }, direction: "transhipment", items: [{ category: "CIT", subtype: "CIT-MAM", description: "pangolin scales under cashew nuts", quantity: { amount: "412", unit: "KGM", basis: "gross" }, quantity2: { amount: "14", unit: "H87" } }, { category: "CIT", description: "ivory chips", quantity: { unweighed: true } }], detection_method: ["xray_scanner", "physical_search"], concealment_method: ["in_cover_load"], route: [{ role: "departure", place: { code: "NGAPP", city: "Lagos", country: "NG" }, date: "2026-10-19", certainty: "confirmed" }, { role: "seizure", place: { code: "SGSIN", city: "Singapore", country: "SG" }, date: "2026-11-22" }], conveyances: [{ mode: "1", vessel_name: "Cape Invented", container_no: "TEMU9305412" }], arrests: 0 } },
  { author: who.GUAYAQUIL.account, form: "alert", id: id("reefer"), minutesAgo: 27, read: false, acknowledgedBy: [who.ANTWERP.account], body: { language: "es", priority: "urgent", to: [{ country: "NL" }, { country: "BE" }, { country: "DE" }], answerBy: NOW + 33 * 60, expectedAction: "Scan before it is unloaded, answer also if nothing is found", handling: "H2", handlingText: "not passed on without Ecuador's consent", evaluation: B2, attachments: [file("precinto.jpg", "image/jpeg", 512_000)] }, values: { title: "Reefer TEMU 930541-2, bananas, suspected cocaine", requested_action: "nii_scan", subject_kind: "container", direction: "import", expected_from: "2026-11-22", expected_at: { code: "NLRTM", city: "Rotterdam", country: "NL" }, suspected_commodity: ["DRG-COC-HCL"], gross_weight: { amount: "22640", unit: "KGM", basis: "gross" }, package_count: 1080, package_type: "CT", declared_goods: [{ description: "Bananas frescas", hs_code: "080390", quantity: { amount: "22000", unit: "KGM" }, country_of_origin: "EC" }], risk_indicators: ["weight_mismatch", "seal_irregular"], intel_source: "own_analysis", reason: "El precinto no coincide con el manifiesto; peso superior en 640 kg al de viajes anteriores.", route: [{ role: "departure", place: { code: "ECGYE", city: "Guayaquil", country: "EC" }, date: "2026-11-04" }, { role: "transit", place: { code: "PABLB", city: "Balboa", country: "PA" }, date: "2026-11-08" }, { role: "destination", place: { code: "NLRTM", city: "Rotterdam", country: "NL" }, date: "2026-11-22", certainty: "alleged" }], conveyances: [{ mode: "1", vessel_name: "Cap San Invented", imo_no: "9622203", container_no: "TEMU9305412", seal_no: "EC 774 201" }], parties: [{ role: "consignee", name: "Invented Fruits B.V.", country: "NL", phone: "+31201234567" }] } },
  { author: who.HAMBURG.account, form: "response", replyTo: id("reefer"), minutesAgo: 15, read: false, body: { language: "de" }, values: { control_status: "not_arrived", reason_text: "Nicht angekommen; auf dem Manifest für Hamburg nicht genannt." } },
  { author: who.ANTWERP.account, form: "note", replyTo: id("reefer"), minutesAgo: 9, read: false, body: { language: "fr" }, values: { text: "Nous avons le navire au quai 1742 à 05:10 UTC. Scanner réservé si Rotterdam ne peut pas." } },
  { author: who.KARACHI.account, form: "note", minutesAgo: 6, read: false, body: { language: "ur", priority: "routine" }, values: { text: "کنٹینر کی تلاشی مکمل ہوئی، کچھ نہیں ملا۔ رپورٹ صبح بھیجی جائے گی۔" } },
  { author: who.LEFT.account, form: "note", minutesAgo: 5, authorRevoked: true, channel: who.ATLANTIC, values: { text: "<b>Not bold</b> & javascript:alert(1) \"; DROP TABLE notes; -- Zalgo̡ and a word that does not end: " + "Überwachungs".repeat(14) } },
  { author: who.ROISSY.account, form: "unknown", minutesAgo: 3, read: false, channel: who.ATLANTIC, values: { x: "1" } },
  { author: who.GUAYAQUIL.account, form: "note", minutesAgo: 2, read: false, channel: who.NL_EC, body: { tlp: "RED", to: [{ account: us }] }, values: { text: "Only for you: the source works on the ship." } },
];

/** Exercise Amber Coast. */
export const DAY: readonly Said[] = [
  { author: who.UNIT.account, form: "note", channel: who.AMBER_MAIN, minutesAgo: 2000, fromHistory: true, values: { text: "Exercise: everybody answers this note." } },
  { author: who.ANTWERP.account, form: "alert", channel: who.AMBER_MAIN, minutesAgo: 1500, body: { to: [{ role: "officer" }], answerBy: NOW + 3 * 86_400 }, values: { title: "Exercise: a lorry with cigarettes", requested_action: "control_document", subject_kind: "vehicle", direction: "import", suspected_commodity: ["TOB"] } },
];

export const ASIDE: readonly AsideView[] = [
  { key: `${who.MAIN}/1/44`, operation: who.HERON, channel: who.MAIN, sequence: 44, reason: "undecryptable", detail: "no key for generation 7 of leaf 12", account: who.TERESPOL.account, alarm: false },
  { key: `${who.MAIN}/1/45`, operation: who.HERON, channel: who.MAIN, sequence: 45, reason: "not_the_author", detail: "the leaf of Felixstowe sent an envelope of the coordination unit (S8)", account: who.LEFT.account, alarm: true },
];

const draft = (name: string, form: string, values: Parameters<typeof object>[0], minutesAgo: number): DraftView => ({
  draft: id(name),
  operation: who.HERON,
  channel: who.MAIN,
  form,
  formHash: form,
  replyTo: null,
  body: { ...EMPTY_BODY, values: object(values) },
  changedAt: NOW - minutesAgo * 60,
});

export const DRAFTS: readonly DraftView[] = [
  draft("d1", "seizure", { seizure_date: "2026-11-22", items: [{ category: "TOB", description: "cigarettes in a horsebox", quantity: { amount: "12000", unit: "H87" } }] }, 12),
  draft("d2", "note", {}, 90),
];

export const OUTGOING: readonly OutgoingView[] = [
  { draft: draft("o1", "note", { text: "Handed over to the day shift." }, 1), state: "waiting", refusal: null },
  { draft: draft("o2", "alert", { title: "For Singapore's eyes" }, 30), state: "refused", refusal: "TLP:RED is for those whom it names; Container control Antwerp would read it too" },
];
