/**
 * The beginning of a master's work: it joins the election, or leads at once, and leads with the registry that it reads.
 */

import { type MasterConfig, stateFolder } from '../config';
import { printMasterInfo } from '../core/state/master-info';
import { moveFormer } from './former-registry';
import type { MasterParts } from './parts';
import { watchWhitelist } from './whitelist';

export async function beginToLead(config: MasterConfig, parts: MasterParts): Promise<void> {
  const { context, core, registry, ensemble } = parts;
  const { life, log, clock, end } = context;
  life.add(() => breakOffStreams(parts));
  if (config.whitelist !== undefined) {
    const changed = (hosts: readonly string[] | undefined): void =>
      core.post({ kind: 'whitelist.changed', hosts });
    life.add(await watchWhitelist({ path: config.whitelist, clock, log, changed }));
  }
  const lead = async (): Promise<void> => {
    const stored = await registry.fetch();
    const former = { found: stored, folder: stateFolder(config), log };
    const current = ensemble?.store ? await moveFormer(registry, former) : stored;
    core.post({ kind: 'registry.fetched', registry: current });
  };
  if (ensemble) ensemble.start({ info: core.read(printMasterInfo), elected: lead, lost: end });
  else await lead();
}

function breakOffStreams({ operators, schedulers }: MasterParts): void {
  operators.slices.stop();
  schedulers.streams.breakOffAll();
  operators.streams.breakOffAll();
}
