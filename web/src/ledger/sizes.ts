/** Identifiers are opaque bytes of a fixed length; as keys of maps they are written in hexadecimal. */

export const ACCOUNT_ID_BYTES = 16;
export const DEVICE_ID_BYTES = 16;
export const CHANNEL_ID_BYTES = 16;
export const BLOB_ID_BYTES = 16;
export const SEND_ID_BYTES = 16;
export const REQUEST_ID_BYTES = 16;
export const OPERATION_ID_BYTES = 32;
export const HASH_BYTES = 32;
export const GROUP_ID_BYTES = 32;
