/**
 * The processes of tasks in the simulation of Marathon. The command of an app tells how they behave, as `serve 3 slow`:
 * the number makes configurations differ.
 */

import type { TaskState } from '../../../cluster/model/task-state';
import type { Chance } from '../model/chance';
import type { MarathonTask } from './marathon-process';

/** Steady ones run for ever and are healthy soon; those that are never up block their own deployment, and no other. */
export const STYLES = ['steady', 'slow', 'flaky', 'finishes', 'crashes', 'sick'] as const;
export type Style = (typeof STYLES)[number];

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** A flaky process fails its checks for two of so many minutes. */
const FLAKY_MINUTES = 11;

export function commandOf(version: number, style: Style): string {
  return `serve ${version} ${style}`;
}

export function styleOf(command: string): Style {
  const [, , word] = command.split(' ');
  return STYLES.find((style) => style === word) ?? 'steady';
}

/** True for apps of which a deployment may never be over. */
export function isHopeless(style: Style): boolean {
  return style === 'crashes' || style === 'sick';
}

/** The time after which a process ends by itself. */
export function durationOf({ command }: MarathonTask, chance: Chance): number {
  switch (styleOf(command)) {
    case 'crashes':
      return chance.between(10, 20 * SECOND);
    case 'finishes':
      return chance.between(MINUTE, 40 * MINUTE);
    default:
      return Number.POSITIVE_INFINITY;
  }
}

export function endOf({ command }: MarathonTask): TaskState {
  return styleOf(command) === 'finishes' ? 'TASK_FINISHED' : 'TASK_FAILED';
}

/** True when the process passes its checks. */
export function isHealthyAt(task: MarathonTask, startedAt: number, now: number): boolean {
  const style = styleOf(task.command);
  const age = now - startedAt;
  if (style === 'sick') return false;
  if (style === 'flaky') return Math.floor(age / MINUTE) % FLAKY_MINUTES > 1;
  return age >= (style === 'slow' ? 8 * SECOND : 2 * SECOND);
}
