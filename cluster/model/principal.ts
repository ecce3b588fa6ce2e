/** The sender of a request: a name, or claims without one, as the tokens of executors have. */

export interface Principal {
  readonly value?: string | undefined;
  readonly claims?: Readonly<Record<string, string>> | undefined;
}
