/** Commands of master scripts: the master itself: its settings, its end and start, its store, time. */

import { readAcls } from '../../../../cluster/model/acls';
import type { Commands, Stage } from '../stage';

export function masterCommands(script: Stage): Commands {
  return {
    settings: (_words, given) => {
      const changed = Object.entries(given).map(([key, value]) => [key, JSON.parse(value) as unknown]);
      script.reopen({
        ...script.boot,
        settings: { ...script.boot.settings, ...Object.fromEntries(changed) },
      });
    },
    acls: ([json = '{}']) => {
      const read = readAcls(JSON.parse(json));
      if ('error' in read) throw new Error(read.error);
      script.reopen({ ...script.boot, settings: { ...script.boot.settings, acls: read.acls } });
    },
    start: (words) => {
      const minimum_capabilities = words.map((capability) => ({ capability }));
      script.post({ kind: 'registry.fetched', registry: { minimum_capabilities } });
    },
    restart: () => script.restart(),
    hold: () => {
      script.holding = true;
    },
    stored: () => {
      script.holding = false;
      script.answerStores();
    },
    failed: () => {
      for (const { ticket } of script.held.splice(0))
        script.post({ kind: 'registry.failed', ticket, reason: 'disk full' });
    },
    advance: ([seconds = '0']) => script.clock.advance(Number(seconds) * 1000),
  };
}
