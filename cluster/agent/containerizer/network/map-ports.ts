/**
 * Maps ports of the host to a container by iptables, as the original's plugin `mesos-cni-port-mapper` does.
 */

import type { ContainerFolder } from './container-folder';
import {
  type Arguments,
  addRule,
  deletions,
  hasRule,
  jumps,
  listChain,
  type MappingRules,
  makeChain,
  mappingRules,
  printChain,
} from './port-mapper';
import type { AttachResult } from './result';
import { locked, type ProgramEnd, type RunProgram } from './run-program';

interface MappedContainer {
  readonly containerId: string;
  readonly folder: ContainerFolder;
}

/** Adds the rules of a container, and their chain when it is not there. */
export async function mapPorts(
  rules: MappingRules,
  { containerId, folder, result }: MappedContainer & { readonly result: AttachResult | undefined },
  run: RunProgram,
): Promise<void> {
  if (rules.mappings.length === 0) return;
  const address = result?.addresses.find(({ protocol }) => protocol === 'IPv4')?.address;
  if (address === undefined)
    throw new Error("The delegate of 'mesos-cni-port-mapper' did not return an IPv4 address");
  const iptables = iptablesOf(folder, run);
  const chain = await iptables(listChain(rules.chain));
  if (!chain.succeeded) await iptables(makeChain(rules.chain));
  for (const rule of [...jumps(rules.chain), ...mappingRules(rules, { containerId, address })]) {
    if ((await iptables(hasRule(rule))).succeeded) continue;
    const { succeeded, stderr } = await iptables(addRule(rule));
    if (!succeeded) throw new Error(`Failed to add DNAT rule with tag: ${stderr.trim()}`);
  }
}

/** Deletes the rules of a container. The chain stays: other containers may be about to use it. */
export async function unmapPorts(
  { chain }: MappingRules,
  { containerId, folder }: MappedContainer,
  run: RunProgram,
): Promise<void> {
  const iptables = iptablesOf(folder, run);
  const { succeeded, stdout } = await iptables(printChain(chain));
  // No chain, no rules.
  if (!succeeded) return;
  for (const deletion of deletions(stdout, containerId)) {
    const end = await iptables(deletion);
    if (!end.succeeded) throw new Error(`Unable to delete DNAT rules: ${end.stderr.trim()}`);
  }
}

function iptablesOf({ lock }: ContainerFolder, run: RunProgram): (words: Arguments) => Promise<ProgramEnd> {
  return (words) => run(locked(lock, { file: 'iptables', arguments: words }));
}
