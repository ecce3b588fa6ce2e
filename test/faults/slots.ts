/** The checker of slots after faults, by what the executions themselves have written. */

/** One execution of a command. */
export interface Execution {
  readonly job: string;
  readonly slot: number;
  readonly taskId: string;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
}

/** Reads lines such as `start JOB SLOT TASK MILLIS`. */
export function executionsIn(lines: readonly string[]): readonly Execution[] {
  const executions: Execution[] = [];
  for (const line of lines) {
    const [word, job = '', slot, taskId = '', millis] = line.split(' ');
    const time = Number(millis);
    if (word === 'start') {
      executions.push({ job, slot: Number(slot), taskId, startedAt: time, endedAt: undefined });
      continue;
    }
    const index = executions.findLastIndex((execution) => execution.taskId === taskId);
    const execution = executions[index];
    if (execution) executions[index] = { ...execution, endedAt: time };
  }
  return executions;
}

export interface ExpectedSlots {
  readonly jobs: readonly string[];
  readonly first: number;
  readonly last: number;
  readonly periodMs: number;
}

/** Slots without an execution that has ended. */
export function openSlots(executions: readonly Execution[], expected: ExpectedSlots): readonly string[] {
  const { jobs, first, last, periodMs } = expected;
  const done = new Set(
    executions.flatMap(({ job, slot, endedAt }) => (endedAt === undefined ? [] : [`${job} ${slot}`])),
  );
  const open: string[] = [];
  for (const job of jobs) {
    for (let slot = first; slot <= last; slot += periodMs)
      if (!done.has(`${job} ${slot}`)) open.push(`${job} ${slot}`);
  }
  return open;
}

/** What is wrong with executions, a line each: a slot that ran twice or late, and a job that ran beside itself. */
export function slotFaults(executions: readonly Execution[], latestMs: number): readonly string[] {
  const faults: string[] = [];
  for (const [name, runs] of grouped(executions, ({ job, slot }) => `${job} ${slot}`)) {
    const ended = runs.filter(({ endedAt }) => endedAt !== undefined);
    if (ended.length > 1) faults.push(`${name} ran ${ended.length} times`);
    const [first] = runs;
    const late = first === undefined ? 0 : first.startedAt - first.slot;
    if (late > latestMs) faults.push(`${name} began ${late} ms after its slot`);
  }
  for (const [job, runs] of grouped(executions, (execution) => execution.job)) {
    const sorted = [...runs].sort((a, b) => a.startedAt - b.startedAt);
    for (const [index, run] of sorted.entries()) {
      const next = sorted[index + 1];
      if (next && run.endedAt !== undefined && next.startedAt < run.endedAt)
        faults.push(`${next.taskId} of ${job} began before ${run.taskId} had ended`);
    }
  }
  return faults;
}

function grouped(
  executions: readonly Execution[],
  keyOf: (execution: Execution) => string,
): ReadonlyMap<string, readonly Execution[]> {
  const groups = new Map<string, Execution[]>();
  for (const execution of executions) {
    const group = groups.get(keyOf(execution));
    if (group) group.push(execution);
    else groups.set(keyOf(execution), [execution]);
  }
  return groups;
}
