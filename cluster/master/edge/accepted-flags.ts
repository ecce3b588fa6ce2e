/**
 * Flags of the original that people have in their scripts and that change nothing here, each with the reason;
 * and flags whose promise we cannot keep, which stop the start instead of being passed over.
 */

import { choice, type Flag, integer, text, toggle, type Values } from '../../runtime/config/flags';
import { StartError } from '../../runtime/lifecycle';

const unused = (reason: string): { help: string } => ({ help: `without effect: ${reason}` });

/** Accepted, and without effect. The reasons are in the README, too. */
export const unusedFlags = {
  quorum: integer({
    ...unused(
      'with --zk the registry is in ZooKeeper, whose own configuration says how many servers are needed',
    ),
    fallback: 1,
    min: 1,
    max: 99,
  }),
  log_auto_initialize: toggle({ ...unused('the store makes itself'), fallback: true }),
  hostname_lookup: toggle({ ...unused('--hostname says the name'), fallback: true }),
  allocator: choice({
    ...unused('there is one allocator'),
    words: ['hierarchical', 'HierarchicalDRF'],
    fallback: 'hierarchical',
  }),
  webui_dir: text({ ...unused('the user interface is built in'), value: 'PATH' }),
  authenticators: choice({ ...unused('there is one'), words: ['crammd5'], fallback: 'crammd5' }),
  authorizers: choice({ ...unused('there is one'), words: ['local'], fallback: 'local' }),
  max_executors_per_agent: integer({
    ...unused('agents are not limited in executors'),
    fallback: 0,
    min: 0,
    max: 1_000_000,
    formerly: 'max_executors_per_slave',
  }),
  memory_profiling: toggle({ ...unused("Node's own profiler is used"), fallback: false }),
};

/** What an operator who sets one of these relies on is not there: the start fails and says so. */
export const refusedFlags = {
  registry_strict: unlessOff(refused('it was turned off in Mesos 1.0; leave it out')),
  modules: refused("Mesos' modules are C++ libraries, which cannot be loaded"),
  modules_dir: refused("Mesos' modules are C++ libraries, which cannot be loaded"),
  hooks: refused("Mesos' hooks are C++ libraries, which cannot be loaded"),
  master_contender: refused('election is not done by modules'),
  master_detector: refused('election is not done by modules'),
  ip_discovery_command: refused('give the address with --ip'),
};

type Refused = Flag<string | undefined> & { readonly reason: string };

function refused(reason: string): Refused {
  return { ...text({ help: `stops the start: ${reason}` }), reason };
}

/** Turned off it is what is there anyway. */
function unlessOff(flag: Refused): Refused {
  return {
    ...flag,
    value: undefined,
    read: (given, previous) => (['false', '0'].includes(given) ? undefined : flag.read(given, previous)),
  };
}

/** Fails with a StartError for the first refused flag that is set. */
export function checkRefused(config: Values<typeof refusedFlags>): void {
  for (const [name, { reason }] of Object.entries(refusedFlags)) {
    if (config[name as keyof typeof refusedFlags] !== undefined) {
      throw new StartError(`--${name} cannot be used: ${reason}`);
    }
  }
}
