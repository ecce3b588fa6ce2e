/**
 * The disk of an agent in scripts and simulations: the entries of its checkpoint, and commits that it may hold back.
 */

import {
  type CheckpointChange,
  type CheckpointEntry,
  placeOf,
} from '../../../cluster/agent/core/state/entries';
import { printResources, readResources } from '../../../cluster/model/resources';

export class DiskModel {
  /** True while commits are neither finished nor lost. */
  holds = false;
  private readonly stored = new Map<string, CheckpointEntry>();
  private held: { readonly commit: number; readonly changes: readonly CheckpointChange[] }[] = [];

  get agentId(): string | undefined {
    const entry = this.stored.get('agent');
    return entry?.entry === 'agent' ? entry.value.id?.value : undefined;
  }

  entries(): CheckpointEntry[] {
    return [...this.stored.values()];
  }

  write(commit: number, changes: readonly CheckpointChange[]): void {
    this.held.push({ commit, changes });
  }

  /** The commits that are on disk from now on. */
  takeFinished(): number[] {
    if (this.holds) return [];
    const finished = this.held;
    this.held = [];
    for (const { changes } of finished) for (const change of changes) this.apply(change);
    return finished.map(({ commit }) => commit);
  }

  /** The commits under way, which are lost; nothing of them is on disk. */
  takeHeld(): number[] {
    const held = this.held;
    this.held = [];
    return held.map(({ commit }) => commit);
  }

  /** Loses everything, as on a new machine. */
  clear(): void {
    this.stored.clear();
    this.held = [];
  }

  private apply(change: CheckpointChange): void {
    const place = placeOf(change);
    if (change.value !== undefined) {
      this.stored.set(place, change as CheckpointEntry);
      return;
    }
    this.stored.delete(place);
    for (const [key, entry] of this.stored) if (belongsTo(entry, change)) this.stored.delete(key);
  }
}

/** True for an entry that goes with a removed one. */
function belongsTo(entry: CheckpointEntry, removed: CheckpointChange): boolean {
  if (entry.entry !== 'task' && entry.entry !== 'update') return false;
  if (removed.entry === 'executor') return entry.containerId === removed.containerId;
  return (
    removed.entry === 'task' && entry.containerId === removed.containerId && entry.taskId === removed.taskId
  );
}

/** A change in one word or two, with the names of executors by their containers. */
export function printChange(change: CheckpointChange, names: ReadonlyMap<string, string>): string {
  const removed = change.value === undefined ? '-' : '';
  switch (change.entry) {
    case 'agent':
      return `agent ${change.value?.id?.value}`;
    case 'resources':
      return `resources ${printResources(readResources(change.value)) || 'none'}`;
    case 'operation':
      return `${removed}operation ${change.value?.info.id?.value ?? ''}`.trim();
    case 'framework':
      return `${removed}framework ${change.frameworkId}`;
    case 'executor':
      return `${removed}executor ${change.value?.info.executor_id.value ?? names.get(change.containerId)}${change.value?.completed ? ' completed' : ''}`;
    case 'task':
      return `${removed}task ${change.taskId}`;
    case 'update':
      return `${removed}update ${change.taskId}/${change.number} ${change.value?.type ?? ''}`.trim();
    default:
      return `${removed}${change.entry}`;
  }
}
