/**
 * `meseta agent containers`: the containers of an agent, also nested and standalone ones.
 */

import { agentTarget, type ContainerId, callAgent } from '../agent-api';
import { listCommand } from '../list';
import { masterFlags } from '../master-api';
import { printTable } from '../print';
import { findAgent } from './agents';

interface ContainerView {
  readonly container_id: ContainerId;
  readonly framework_id?: { readonly value: string };
  readonly executor_id?: { readonly value: string };
  readonly container_status?: { readonly executor_pid?: number };
  readonly resource_statistics?: {
    readonly cpus_limit?: number;
    readonly mem_rss_bytes?: number;
    readonly processes?: number;
  };
}

const MB = 1024 * 1024;

export const containers = listCommand({
  flags: masterFlags,
  positionals: ['agent'],
  read: async (flags, [word = '']) => {
    const agent = await agentTarget(flags, await findAgent(flags, word));
    const get_containers = { show_nested: true, show_standalone: true };
    const answer = await callAgent(agent, { type: 'GET_CONTAINERS', get_containers });
    const { get_containers: list } = answer as { get_containers?: { containers?: ContainerView[] } };
    return list?.containers ?? [];
  },
  print: (list) => {
    if (list.length === 0) return 'There are no containers.\n';
    const rows = list.map((container) => [
      printId(container.container_id),
      container.executor_id?.value ?? '-',
      container.framework_id?.value ?? '-',
      String(container.container_status?.executor_pid ?? '-'),
      String(container.resource_statistics?.cpus_limit ?? '-'),
      printMegabytes(container.resource_statistics?.mem_rss_bytes),
    ]);
    return printTable(['container', 'executor', 'framework', 'pid', 'cpus', 'mem'], rows);
  },
});

function printId({ value, parent }: ContainerId): string {
  return parent ? `${printId(parent)}.${value}` : value;
}

function printMegabytes(bytes: number | undefined): string {
  return bytes === undefined ? '-' : `${(bytes / MB).toFixed(1)} MB`;
}
