/**
 * The addresses that the running HAProxy listens on.
 */

import { readBinds } from '../core/reload/adoption';
import { type Bind, bindsCollide } from '../core/services/options';

export class RunningBinds {
  private texts: ReadonlySet<string> = new Set();
  private readonly byPort = new Map<number, Bind[]>();

  /** Takes the addresses, as `address:port`. */
  set(texts: readonly string[]): void {
    this.texts = new Set(texts);
    this.byPort.clear();
    for (const text of this.texts) {
      const [, address = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? [];
      const list = this.byPort.get(Number(port));
      if (list) list.push({ address, port: Number(port) });
      else this.byPort.set(Number(port), [{ address, port: Number(port) }]);
    }
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
    return this.byPort.get(place.port)?.some((bind) => bindsCollide(place, bind)) ?? false;
  }
}
