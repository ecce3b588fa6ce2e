/**
 * Flags of the original that change nothing here: they are accepted, since scripts give them. And flags that ask for
 * something this master cannot do: they stop the start, since to ignore them would break a promise.
 */

import { WITHOUT_EFFECT } from '../../runtime/config/class-help';
import { refused, refusedSwitches, unusedSwitches } from '../../runtime/config/classes';
import { choice, integer, text, toggle } from '../../runtime/config/flags';

const unused = (reason: string): { help: string } => ({ help: WITHOUT_EFFECT + reason });

/** Accepted, and without effect; each with the reason. The README lists them, too. */
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
  ...unusedSwitches('there is no driver of C++', 'initialize_driver_logging'),
};

/** Flags that stop the start, each with the reason. */
export const refusedFlags = {
  ...refusedSwitches('it was turned off in Mesos 1.0; leave it out', 'registry_strict'),
  ...refused("Mesos' modules are C++ libraries, which cannot be loaded", 'modules', 'modules_dir'),
  ...refused("Mesos' hooks are C++ libraries, which cannot be loaded", 'hooks'),
  ...refused('election is not done by modules', 'master_contender', 'master_detector'),
  ...refused('give the address with --ip', 'ip_discovery_command'),
};
