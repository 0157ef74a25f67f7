/** Inputs of several parts: amounts with their unit, money, positions. */

import type { JSX } from "preact";

import type { JsonObject, JsonValue } from "../../../forms/canonical-json";
import type { CoordinateKind } from "../../../forms/kinds/place";
import { BASES, CURRENCIES, UNITS, type MoneyKind, type QuantityKind } from "../../../forms/kinds/quantity";
import { typedDecimal } from "../../../forms/typing";
import { partText, withPart } from "../../../forms/values";
import { useEntry, type Entry, type InputProps } from "../entry";
import { Combobox } from "./combobox";
import { Line } from "./line";
import { finder, usualFirst } from "./offer";
import { Select } from "./select";

const GOODS = "commodity";

export function QuantityInput(props: InputProps<QuantityKind>): JSX.Element {
  const { id, kind, value, row, onChange } = props;
  const entry = useEntry();
  const { tongue, lists } = entry;
  const usual = kind.first.length > 0 ? kind.first : usualUnits(entry, row);
  const units = usualFirst(lists.get(UNITS)?.entries ?? [], usual).filter(
    ({ code }) => kind.only.length === 0 || kind.only.includes(code),
  );
  const unweighed = value instanceof Map && value.get("unweighed") === true;
  const change = (part: string, given: JsonValue): void => onChange(withPart(value, part, given));
  return (
    <div class="beside" role="group" aria-label={props.label}>
      {!unweighed && (
        <Line
          {...props}
          label={`${props.label}: ${tongue.word("part_amount")}`}
          mono
          mode="decimal"
          text={partText(value, "amount")}
          spelled={typedDecimal}
          onChange={(amount) => {
            const first = units[0]?.code;
            const bare = partText(value, "unit") === "" && first !== undefined;
            const begun = bare ? withPart(value, "unit", first) : value;
            // An amount that is taken out takes the unit with it that came by itself.
            onChange(amount === "" && partText(value, "basis") === "" ? undefined : withPart(begun, "amount", amount));
          }}
        />
      )}
      <Select
        id={`${id}-unit`}
        label={`${props.label}: ${tongue.word("part_unit")}`}
        value={partText(value, "unit")}
        options={units.map(({ code }) => ({ value: code, label: tongue.code(UNITS, code) }))}
        onChange={(unit) => change("unit", unit ?? null)}
      />
      {!unweighed && partText(value, "amount") !== "" && (
        <Select
          id={`${id}-basis`}
          label={`${props.label}: ${tongue.word("part_basis")}`}
          value={partText(value, "basis")}
          options={(lists.get(BASES)?.entries ?? []).map(({ code }) => ({
            value: code,
            label: tongue.code(BASES, code),
          }))}
          onChange={(basis) => change("basis", basis ?? null)}
        />
      )}
      {kind.unweighed && partText(value, "amount") === "" && (
        <label class="check">
          <input
            type="checkbox"
            id={unweighed ? id : `${id}-unweighed`}
            checked={unweighed}
            onChange={(event) => onChange(event.currentTarget.checked ? new Map([["unweighed", true]]) : undefined)}
          />
          {tongue.word("part_unweighed")}
        </label>
      )}
    </div>
  );
}

/** Those that the list of goods calls usual for what this row is about. */
function usualUnits({ lists }: Entry, row: JsonObject): readonly string[] {
  const goods = lists.get(GOODS);
  const texts = [...row.values()].filter((value) => typeof value === "string");
  const named = texts.find((code) => goods?.has(code) ?? false);
  if (goods === undefined || named === undefined) {
    return ["KGM"];
  }
  const widest = goods.ancestors(named).at(-1) ?? named;
  return goods.get(widest)?.flags.get("units") ?? ["KGM"];
}

export function MoneyInput(props: InputProps<MoneyKind>): JSX.Element {
  const { id, kind, value, onChange } = props;
  const { tongue, lists, onDate } = useEntry();
  const list = lists.get(CURRENCIES);
  const current = (list?.entries ?? []).filter(({ code }) => list?.valid(code, onDate) ?? false);
  const currency = partText(value, "currency");
  return (
    <div class="beside" role="group" aria-label={props.label}>
      <Line
        {...props}
        label={`${props.label}: ${tongue.word("part_amount")}`}
        mono
        mode="decimal"
        text={partText(value, "amount")}
        spelled={typedDecimal}
        onChange={(amount) => onChange(withPart(value, "amount", amount))}
      />
      {list !== undefined && (
        <Combobox
          id={`${id}-currency`}
          label={`${props.label}: ${tongue.word("part_currency")}`}
          placeholder={tongue.word("part_currency")}
          chosen={currency === "" ? "" : tongue.code(CURRENCIES, currency)}
          find={finder(usualFirst(current, kind.first), list, tongue)}
          onChoose={(chosen) => onChange(withPart(value, "currency", chosen))}
        />
      )}
    </div>
  );
}

export function CoordinateInput(props: InputProps<CoordinateKind>): JSX.Element {
  const { id, value, onChange } = props;
  const { tongue } = useEntry();
  return (
    <div class="beside" role="group" aria-label={props.label}>
      {(["lat", "lon"] as const).map((part) => (
        <Line
          key={part}
          id={part === "lat" ? id : `${id}-${part}`}
          label={`${props.label}: ${tongue.word(`part_${part}`)}`}
          placeholder={tongue.word(`part_${part}`)}
          describedBy={props.describedBy}
          invalid={props.invalid}
          mono
          mode="text"
          text={partText(value, part)}
          spelled={typedDecimal}
          onChange={(degrees) => onChange(withPart(value, part, degrees))}
        />
      ))}
    </div>
  );
}
