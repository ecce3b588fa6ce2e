/** Steps of the demonstration: each has a name, so that an error can say which step failed. */

import { errorText } from '../../cluster/model/error-text';

/** Thrown with the step's name in its text. */
export class StepError extends Error {}

const STEP_LIMIT_MS = 30_000;
const PAUSE_MS = 20;

/** Runs a step. Rejects with a StepError that names it. */
export async function step<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw new StepError(`failed at "${name}": ${errorText(error)}`);
  }
}

/** Asks until there is an answer. Rejects with the last error. */
export async function poll<T>(ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + STEP_LIMIT_MS;
  let last = 'nothing came';
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = errorText(error);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error(`${last} (waited ${STEP_LIMIT_MS / 1000} s)`);
}
