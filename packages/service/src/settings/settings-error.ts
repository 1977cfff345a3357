/** A setting that is missing or cannot be read; the message names it and never shows its value. */
export class SettingsError extends Error {}
