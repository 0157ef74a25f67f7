/**
 * Photographs made anew from their pixels, so that nothing else of the file leaves the device (rule A8).
 *
 * A photograph says where and when it was taken and by whose telephone. Nothing is taken out here: the browser decodes
 * the pixels, turned upright, and they are written into a new file, smaller where it is larger than anybody needs.
 */

import { UsageError } from "../errors";
import type { Content } from "./uploading";

export const MAX_EDGE = 2560; // a container's number is read at this; a telephone's photograph has 4,000 and more
export const HEAD_BYTES = 16;
const MAX_PICTURE_BYTES = 64 << 20;
const MAX_PIXELS = 64_000_000;
const QUALITY = 0.88;

const SUFFIX = /\.(?:3fr|apng|arw|avif|bmp|cr2|cr3|dib|dng|gif|hei[cf]|hif|ico|jfif|jp2|jpe?g?|jxl|nef|orf|png|psd|raf|rw2|svgz?|tga|tiff?|webp)$/i;
const BEGINNINGS: readonly string[] = ["\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "GIF8", "II*\0", "MM\0*", "BM", "8BPS", "\xff\x0a"];
const BRANDS: ReadonlySet<string> = new Set(["avif", "avis", "heic", "heim", "heis", "heix", "hevc", "mif1", "msf1"]);

/** A file that is a picture, or says so, and cannot be made anew: what it says of itself cannot be taken out. */
export class UnreadablePicture extends UsageError {
  constructor() {
    super("this picture cannot be read here, so what it says of camera, place and time cannot be removed: save it as JPEG or PNG");
  }
}

/** Whether a file is a picture by its name or by its first HEAD_BYTES, whatever the browser calls it. */
export function isPicture(name: string, head: Uint8Array): boolean {
  const letters = String.fromCharCode(...head);
  const container = letters.startsWith("RIFF") && letters.slice(8, 12) === "WEBP";
  const boxed = letters.slice(4, 8) === "ftyp" && BRANDS.has(letters.slice(8, 12));
  return SUFFIX.test(name) || container || boxed || BEGINNINGS.some((beginning) => letters.startsWith(beginning));
}

/** What `readyToSend` makes: a file of these types was made anew, whoever chose it. */
const REMADE: ReadonlySet<string> = new Set(["image/jpeg", "image/png"]);

/** Whether a file that `readyToSend` gave shows nothing but its pixels, by its media type. */
export function isRemade(mediaType: string): boolean {
  return REMADE.has(mediaType);
}

/** The type of a picture that readers are shown, by its first bytes; null: it is none, whatever its author calls it. */
export function shownType(head: Uint8Array): string | null {
  const letters = String.fromCharCode(...head.slice(0, HEAD_BYTES));
  if (letters.startsWith("RIFF") && letters.slice(8, 12) === "WEBP") {
    return "image/webp";
  }
  if (letters.startsWith("\x89PNG\r\n\x1a\n")) {
    return "image/png";
  }
  return letters.startsWith("\xff\xd8\xff") ? "image/jpeg" : null;
}

/** The file as it will be sent: a picture made anew, anything else as it is. @throws UnreadablePicture */
export async function readyToSend(file: File): Promise<Content> {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  if (!isPicture(file.name, head) && !isRemade(file.type)) {
    return asContent(file, file.name);
  }
  const remade = await remake(file);
  const suffix = remade.type === "image/png" ? ".png" : ".jpg";
  return asContent(remade, file.name.replace(/\.[^.]*$/, "") + suffix);
}

/** The length of the longer edge is at most MAX_EDGE. */
export function shrunk(width: number, height: number): { readonly width: number; readonly height: number } {
  const scale = Math.min(1, MAX_EDGE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

async function remake(file: File): Promise<Blob> {
  if (file.size > MAX_PICTURE_BYTES) {
    throw new UnreadablePicture();
  }
  const bitmap = await decoded(file);
  try {
    const { width, height } = shrunk(bitmap.width, bitmap.height);
    const canvas = new OffscreenCanvas(width, height);
    const paper = canvas.getContext("2d");
    if (paper === null || bitmap.width * bitmap.height > MAX_PIXELS) {
      throw new UnreadablePicture();
    }
    paper.drawImage(bitmap, 0, 0, width, height);
    const drawing = file.type === "image/png" || file.type === "image/gif"; // lines and letters stay sharp
    return await canvas.convertToBlob(drawing ? { type: "image/png" } : { type: "image/jpeg", quality: QUALITY });
  } finally {
    bitmap.close();
  }
}

async function decoded(file: File): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new UnreadablePicture();
  }
}

function asContent(blob: Blob, name: string): Content {
  const read = async (from: number, to: number): Promise<Uint8Array<ArrayBuffer>> =>
    new Uint8Array(await blob.slice(from, to).arrayBuffer());
  return { name, mediaType: blob.type, size: blob.size, read };
}
