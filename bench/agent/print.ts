/** Lines of the bench. */

export function print(what: string, text: string): void {
  process.stdout.write(`${what.padEnd(48)} ${text}\n`);
}
