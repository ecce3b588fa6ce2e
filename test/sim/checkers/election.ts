/**
 * What holds at every moment of an election, by what the model of ZooKeeper has seen: one writes at a time, and after
 * somebody else has written nobody of before does; nothing that was promised is missing in what is stored.
 */

import type { Registry } from '../../../cluster/api/generated/internal';
import { decodeProtobuf } from '../../../cluster/api/protobuf';
import { decodeEntry } from '../../../cluster/state/zookeeper-entry';
import type { ZkStep } from '../../../cluster/zookeeper/edge/client';
import { PATH } from '../election-node';
import type { ModelServer } from '../zookeeper/server';

const HEAD = `${PATH}/meseta/head`;
const REGISTRY = `${PATH}/meseta/variables/v.registry`;

export class ElectionChecker {
  /** Sessions in the order in which they first wrote. */
  private readonly writers: number[] = [];
  readonly admitted = new Set<string>();
  /** Weights that were answered with 200, by role. */
  readonly weights = new Map<string, number>();
  writes = 0;

  constructor(private readonly server: ModelServer) {}

  /** Called after each transaction. */
  written(session: number, steps: readonly ZkStep[]): void {
    if (!steps.some(({ kind, path }) => kind === 'set' && path === HEAD)) return;
    this.writes += 1;
    const [first] = this.server
      .children(PATH)
      .filter((name) => name.startsWith('json.info_'))
      .sort();
    const leader = this.server.get(`${PATH}/${first}`)?.owner;
    if (leader !== session) throw new Error(`session ${session} has written while ${leader} leads`);
    if (this.writers.at(-1) === session) return;
    if (this.writers.includes(session)) throw new Error(`session ${session} has written after another one`);
    this.writers.push(session);
    this.checkPromises();
  }

  /** What agents and operators were told is stored. */
  checkPromises(): void {
    const registry = this.stored();
    const known = new Set(
      [...(registry.slaves?.slaves ?? []).map(({ info }) => info.id)]
        .concat((registry.unreachable?.slaves ?? []).map(({ id }) => id))
        .map((id) => id?.value),
    );
    for (const id of this.admitted)
      if (!known.has(id)) throw new Error(`agent ${id} was admitted and is lost`);
    const weights = new Map((registry.weights ?? []).map(({ info }) => [info.role, info.weight]));
    for (const [role, weight] of this.weights) {
      const found = weights.get(role) ?? 0;
      if (found < weight) throw new Error(`the weight ${weight} of ${role} is lost: it is ${found}`);
    }
  }

  stored(): Registry {
    const node = this.server.get(REGISTRY);
    return node ? decodeProtobuf('mesos.internal.Registry', decodeEntry(REGISTRY, node.data).inline) : {};
  }
}
