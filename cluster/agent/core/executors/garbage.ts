/**
 * Garbage collection: folders of ended executors and frameworks are removed by their age, and earlier the fuller the disk
 * is (Mesos 1.11 src/slave/gc.cpp and slave.cpp, `Slave::age`).
 *
 * In: folders.found, folders.removed, sandbox.begun, sandbox.ended, disk.measured, woke(collect), woke(disk); the
 * ends of executors by `state.garbage`
 * Out: touch, remove, measure, wake
 * Always true: no folder of an executor that is here is scheduled, nor one on the way to it.
 */

import type { Millis } from '../../../model/time';
import type { EventOf } from '../state/events';
import { type Garbage, maxAge } from '../state/garbage-state';
import { type AgentState, count } from '../state/state';
import { type Turn, wake } from '../state/turn';

/** Least time between two rounds, so that many folders of nearly the same age are one round. */
const ROUND_MS = 1000;

/** The use of a run's sandbox has ended, and that of its executor's folder. */
export function endOfExecutor({ garbage }: AgentState, directory: string): void {
  garbage.ended.push(directory, parent(parent(directory)));
}

/** The use of a framework's folder has ended. */
export function endOfFramework({ garbage, boot, agentId }: AgentState, frameworkId: string): void {
  garbage.ended.push(`${boot.workDir}/slaves/${agentId}/frameworks/${frameworkId}`);
}

/** A nested or standalone container has ended. Its sandbox stays unless a flag wants it removed. */
export function sandboxEnded(
  { state: { garbage, boot } }: Turn,
  { directory }: EventOf<'sandbox.ended'>,
): void {
  if (boot.settings.garbage?.ofContainers) garbage.ended.push(directory);
}

/** A nested or standalone container begins, which may have the id and the sandbox of one that has ended. */
export function sandboxBegun({ state: { garbage } }: Turn, { directory }: EventOf<'sandbox.begun'>): void {
  garbage.scheduled.delete(directory);
}

/** A run begins: its folder is kept, and those of its executor and framework. */
export function keepFolders({ garbage }: AgentState, directory: string): void {
  for (const folder of foldersOf(directory)) garbage.scheduled.delete(folder);
}

/** The folders of the run, its executor, its framework and its agent. */
function foldersOf(directory: string): string[] {
  const executor = parent(parent(directory));
  const framework = parent(parent(executor));
  return [directory, executor, framework, parent(parent(framework))];
}

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** At the end of each step: schedules folders whose use has ended in it. Their age counts from now on. */
export function scheduleEnded(turn: Turn): void {
  const { garbage, boot } = turn.state;
  if (garbage.ended.length === 0) return;
  const folders = garbage.ended.splice(0);
  const settings = boot.settings.garbage;
  if (!settings) return;
  turn.effects.push({ kind: 'touch', folders });
  for (const folder of folders) schedule(turn, folder, turn.now + settings.delayMs);
}

function schedule(turn: Turn, folder: string, removalAt: Millis): void {
  const { scheduled, nextAt } = turn.state.garbage;
  scheduled.set(folder, removalAt);
  if (nextAt === undefined || removalAt < nextAt) collectAt(turn, removalAt);
}

function collectAt(turn: Turn, time: Millis): void {
  turn.state.garbage.nextAt = time;
  wake(turn, { kind: 'collect' }, time);
}

/** Folders of earlier runs are scheduled by their age; then the disk is watched. */
export function foldersFound(turn: Turn, { folders }: EventOf<'folders.found'>): void {
  const { state } = turn;
  const settings = state.boot.settings.garbage;
  if (!settings) return;
  const frameworks = [...state.frameworks.values()];
  const executors = frameworks.flatMap((framework) => [...framework.executors.values()]);
  const inUse = new Set(executors.flatMap(({ directory }) => foldersOf(directory)));
  const { ofContainers } = settings;
  for (const { path, modifiedAt, isOfContainer = false } of folders)
    if (!inUse.has(path) && (ofContainers || !isOfContainer))
      schedule(turn, path, modifiedAt + settings.delayMs);
  wake(turn, { kind: 'disk' }, turn.now + settings.diskWatchMs);
}

export function measureDisk({ effects }: Turn): void {
  effects.push({ kind: 'measure' });
}

/** The fuller the disk, the sooner folders go. A measure that failed changes nothing. */
export function diskMeasured(turn: Turn, { usage }: EventOf<'disk.measured'>): void {
  const { garbage, boot } = turn.state;
  const settings = boot.settings.garbage;
  if (!settings) return;
  wake(turn, { kind: 'disk' }, turn.now + settings.diskWatchMs);
  if (usage === undefined) return;
  garbage.maxAgeMs = maxAge(settings, usage);
  removeUntil(turn, turn.now + settings.delayMs - garbage.maxAgeMs);
}

/** Removes what is old enough, and sets the timer for the next folder. */
export function collect(turn: Turn): void {
  const { garbage } = turn.state;
  garbage.nextAt = undefined;
  removeUntil(turn, turn.now);
  let next = Number.POSITIVE_INFINITY;
  for (const removalAt of garbage.scheduled.values()) next = Math.min(next, removalAt);
  if (garbage.scheduled.size > 0) collectAt(turn, Math.max(next, turn.now + ROUND_MS));
}

function removeUntil({ state, effects }: Turn, time: Millis): void {
  const { garbage } = state;
  const folders = [...garbage.scheduled]
    .filter(([, removalAt]) => removalAt <= time)
    .map(([folder]) => folder);
  if (folders.length === 0) return;
  for (const folder of folders) garbage.scheduled.delete(folder);
  garbage.removing += folders.length;
  effects.push({ kind: 'remove', folders });
}

/** A folder that was not there counts neither as removed nor as failed. */
export function foldersRemoved(
  { state }: Turn,
  { succeeded, failed, missing }: EventOf<'folders.removed'>,
): void {
  state.garbage.removing -= succeeded + failed + missing;
  count(state, 'gc/path_removals_succeeded', succeeded);
  count(state, 'gc/path_removals_failed', failed);
}

/** Number of folders that wait for their removal, or whose removal is under way. */
export function pendingRemovals({ scheduled, removing }: Garbage): number {
  return scheduled.size + removing;
}
