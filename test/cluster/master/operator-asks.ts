/** What a master says to one operator's call, after some lines of a master script. */

import type { Call } from '../../../cluster/api/generated/master';
import { MasterScript } from './interpreter';

/** An agent M-S0 with 4 CPUs, offered to the framework M-0000. */
export const OFFERED = ['start', 'agent 10.0.0.2 host=a', 'framework web', 'advance 1'];

export function playing(lines: readonly string[]): MasterScript {
  const script = new MasterScript();
  for (const line of lines) script.interpret(line.split(' '), line);
  script.out = [];
  return script;
}

/** The machine of the agent. */
export const MACHINE = { hostname: 'a', ip: '10.0.0.2' };
export const SCHEDULED = [...OFFERED, 'schedule a@10.0.0.2:10:60'];

/** The effects of a call, as scripts print them. */
export function asks(lines: readonly string[], call: Call): string[] {
  const script = playing(lines);
  script.operatorCall(call);
  return script.out;
}

export const agentCall = (value: string) => ({ agent_id: { value } });

/** A volume of 64 MB on disk that is reserved for a role. */
export const VOLUME = {
  name: 'disk',
  type: 'SCALAR',
  scalar: { value: 64 },
  reservations: [{ type: 'DYNAMIC', role: 'web' }],
  disk: { persistence: { id: 'v' }, volume: { mode: 'RW', container_path: 'data' } },
} as const;
