/**
 * Starts the source of names: the zone builder, in a thread where there is compiled code for one. Its changes reach the
 * answering side, the further processes and those who watch the zone.
 */

import type { DnsConfig } from '../config';
import type { ZoneChange } from '../core/zone/zone';
import { startThread, threadFile } from './builder-supervisor';
import type { DnsDeps, DnsParts } from './parts';
import { inFileNames } from './settings-file';
import type { BuilderListener, ZoneBuilder } from './zone-builder';

export async function startSource(config: DnsConfig, deps: DnsDeps, parts: DnsParts): Promise<ZoneBuilder> {
  const { log, clock } = deps;
  const change = (part: ZoneChange): void => {
    const { responder } = parts.answerer;
    const touched = responder.apply(part);
    parts.children?.apply(part);
    parts.watchers.tell(touched, responder.current());
  };
  const events: BuilderListener = {
    change,
    status: (status) => {
      parts.status = status;
      parts.children?.heard(status.heardAt);
    },
    lost: (text) => {
      const reason = inFileNames(text, config.settingNames);
      log.error({ reason }, 'the source of names is lost');
      deps.onEnd?.(reason);
    },
  };
  const file = threadFile();
  if (file !== undefined) return startThread({ file, config, clock, log }, events);
  const publish = async (part: ZoneChange): Promise<void> => {
    change(part);
    // Questions are answered between the parts of a large zone.
    if (part.fresh && !part.last) await new Promise((resolve) => setImmediate(resolve));
  };
  const { startBuilder } = await import('./builder');
  const onBroken = (error: Error): void => {
    log.error({ error: error.stack ?? error.message }, 'the zone builder failed');
    events.lost(`the zone builder failed: ${error.message}`);
  };
  return startBuilder(config, { log, clock, publish, onBroken, number: 1 }, events);
}
