/**
 * The addresses that the running HAProxy listens on.
 */

import { readBinds } from '../core/reload/adoption';
import { type Bind, bindsCollide } from '../core/services/options';

export class RunningBinds {
  private texts: ReadonlySet<string> = new Set();
  /** Made when it is needed first: a change of servers does not need it. */
  private byPort: ReadonlyMap<number, readonly Bind[]> | undefined;

  /** Takes the addresses, as `address:port`. */
  set(texts: readonly string[]): void {
    this.texts = new Set(texts);
    this.byPort = undefined;
  }

  /** Takes the addresses of a configuration that an earlier run wrote, and others. */
  setFrom(config: string, others: readonly string[]): void {
    this.set([...others, ...readBinds(config)]);
  }

  has(text: string): boolean {
    return this.texts.has(text);
  }

  /** True when HAProxy listens on an address or one that collides with it, which a reload may take over. */
  collidesWith(place: Bind): boolean {
    this.byPort ??= bindsByPort(this.texts);
    return this.byPort.get(place.port)?.some((bind) => bindsCollide(place, bind)) ?? false;
  }
}

function bindsByPort(texts: Iterable<string>): Map<number, Bind[]> {
  const byPort = new Map<number, Bind[]>();
  for (const text of texts) {
    const [, address = '', digits] = /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? [];
    const port = Number(digits);
    const list = byPort.get(port);
    if (list) list.push({ address, port });
    else byPort.set(port, [{ address, port }]);
  }
  return byPort;
}
