/**
 * How a process ended: its exit code, or the signal that ended it.
 */

export type ExitStatus = { readonly code: number } | { readonly signal: string };
