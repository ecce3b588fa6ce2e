/**
 * Joins: when a dependent job runs, given the ends of its parents. The state is plain data that is stored with the runs.
 *
 * A cycle of a child collects the last outcome of each parent. It is complete when all have succeeded: the child runs
 * once, and the next cycle begins empty. A further success of a parent in the same cycle counts for nothing more.
 * A failed parent holds its cycle open, for someone may start it again by hand. The next run of any parent for a new slot
 * ends such a cycle. The original counts the successes of each edge, so that a failure shifts all later cycles.
 *
 * Always true: an outcome of a run counts once, however often it is reported.
 */

export interface JoinState {
  /** The number of the cycle, from 1. */
  readonly cycle: number;
  readonly marks: Readonly<Record<string, ParentMark>>;
  /** Per parent the last run that counted. */
  readonly counted: Readonly<Record<string, string>>;
}

export interface ParentMark {
  readonly runId: string;
  readonly outcome: 'success' | 'failure';
}

/** The end of a parent's run. A final failure of a job with `softError` is a success here. */
export interface ParentReport extends ParentMark {
  readonly parent: string;
  /** The run was started by hand, or marked; it belongs to the cycle that goes on. */
  readonly isManual: boolean;
}

export interface JoinResult {
  readonly join: JoinState;
  /** The cycle that is complete, with the runs of its parents. */
  readonly fired: FiredCycle | undefined;
}

export interface FiredCycle {
  readonly cycle: number;
  readonly runIds: readonly string[];
}

export const NEW_JOIN: JoinState = { cycle: 1, marks: {}, counted: {} };

export function reportParent(join: JoinState, parents: readonly string[], report: ParentReport): JoinResult {
  const { parent, runId, outcome } = report;
  if (!parents.includes(parent) || join.counted[parent] === runId) return { join, fired: undefined };
  const begun = endsCycle(join, report) ? { ...join, cycle: join.cycle + 1, marks: {} } : join;
  const marks = { ...begun.marks, [parent]: { runId, outcome } };
  const counted = { ...join.counted, [parent]: runId };
  const isComplete = parents.every((name) => marks[name]?.outcome === 'success');
  if (!isComplete) return { join: { cycle: begun.cycle, marks, counted }, fired: undefined };
  const runIds = parents.map((name) => marks[name]?.runId ?? '');
  return { join: { cycle: begun.cycle + 1, marks: {}, counted }, fired: { cycle: begun.cycle, runIds } };
}

/** A run for a new slot ends a cycle that has a failure and already an outcome of the same parent. */
function endsCycle({ marks }: JoinState, { parent, isManual }: ParentReport): boolean {
  const hasFailure = Object.values(marks).some(({ outcome }) => outcome === 'failure');
  return hasFailure && !isManual && marks[parent] !== undefined;
}

/** The join after its child got other parents: marks of those that remain are kept. */
export function keepParents(join: JoinState, parents: readonly string[]): JoinState {
  const keep = <T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
    Object.fromEntries(Object.entries(record).filter(([parent]) => parents.includes(parent)));
  return { ...join, marks: keep(join.marks), counted: keep(join.counted) };
}

/** Parents that the cycle waits for, in words: `'a' has not run`, `'b' failed`. */
export function waitingFor({ marks }: JoinState, parents: readonly string[]): readonly string[] {
  return parents.flatMap((parent) => {
    const outcome = marks[parent]?.outcome;
    if (outcome === 'success') return [];
    return [outcome === 'failure' ? `'${parent}' failed` : `'${parent}' has not run`];
  });
}
