/** The program that runs here, as its user compares it: every file that the browser was given, and one number for all. */

export interface ProgramView {
  readonly fingerprint: string; // in groups of four digits, as `cencomm web fingerprint` shows it
  readonly files: readonly FileView[]; // in the order of their paths
}

export interface FileView {
  readonly path: string;
  readonly digest: string; // SHA-256 of what this browser was given
  readonly listed: boolean; // the relay lists it so
}
