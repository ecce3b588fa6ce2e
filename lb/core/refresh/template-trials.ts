/**
 * Decides which template labels of an app are not used, by checks of the app alone: with all of them, without any, and
 * with each one.
 *
 * In: the outcome of the last trial      Out: the next trial, or the labels to leave out
 * Always true: what is left out makes HAProxy accept the app, unless something else than its template labels is at fault.
 */

import { templateLabelKey } from '../issues/refusals';
import type { Outcome } from './refresh';

/** With more template labels than this, all of an app are left out when one is at fault. */
export const LABELS_MAX = 20;

/** A check of the app alone without these template labels. `parts`: without the parts that the last check named, too. */
export interface Trial {
  readonly unused: readonly string[];
  readonly parts: boolean;
}

/** Labels to leave out, by `templateLabelKey`, or the whole app's by its id; undefined when no check could run. */
export type TrialResult = ReadonlyMap<string, string> | undefined;

/** `all`: with all labels; `none`: without any; `parts`: without what else is at fault; `one`: with one; `rest`: the proof. */
export type TrialStep = 'all' | 'none' | 'parts' | 'one' | 'rest';

export interface TemplateTrials {
  readonly app: string;
  readonly labels: readonly string[];
  step: TrialStep;
  /** Index of the label that is tried alone. */
  index: number;
  /** Why HAProxy refuses the app with all of its labels. */
  why: string;
  readonly refused: Map<string, string>;
}

export type NextTrial =
  | { readonly kind: 'try'; readonly trial: Trial }
  | { readonly kind: 'done'; readonly result: TrialResult };

export function startTrials(app: string, labels: readonly string[]): TemplateTrials {
  return { app, labels, step: 'all', index: 0, why: '', refused: new Map() };
}

/** The trial of the current step. */
export function trialOf({ app, labels, step, index, refused }: TemplateTrials): Trial {
  switch (step) {
    case 'all':
      return { unused: [], parts: false };
    case 'none':
      return { unused: labels, parts: false };
    case 'parts':
      return { unused: [], parts: true };
    case 'one':
      return { unused: labels.filter((_label, position) => position !== index), parts: false };
    case 'rest':
      return { unused: labels.filter((label) => refused.has(templateLabelKey(app, label))), parts: false };
  }
}

const STEPS: Readonly<Record<TrialStep, (trials: TemplateTrials, outcome: Outcome) => NextTrial>> = {
  all: (trials, outcome) => {
    if (outcome.ok) return done(new Map());
    if (outcome.noAppAtFault) return done(undefined);
    trials.why = outcome.why;
    return trials.labels.length > LABELS_MAX ? done(whole(trials)) : attempt(trials, 'none');
  },
  // Something else than template labels may be at fault; the check of all apps together finds it.
  none: (trials, outcome) => attempt(trials, outcome.ok ? 'one' : 'parts'),
  parts: (trials, outcome) => done(outcome.ok ? new Map() : whole(trials)),
  one: (trials, outcome) => {
    const label = trials.labels[trials.index] ?? '';
    if (!outcome.ok) trials.refused.set(templateLabelKey(trials.app, label), outcome.why);
    trials.index++;
    return attempt(trials, trials.index < trials.labels.length ? 'one' : 'rest');
  },
  rest: (trials, outcome) => done(outcome.ok ? trials.refused : whole(trials)),
};

/** Takes the outcome of the current trial. */
export function takeOutcome(trials: TemplateTrials, outcome: Outcome): NextTrial {
  return STEPS[trials.step](trials, outcome);
}

function attempt(trials: TemplateTrials, step: TrialStep): NextTrial {
  trials.step = step;
  return { kind: 'try', trial: trialOf(trials) };
}

function done(result: TrialResult): NextTrial {
  return { kind: 'done', result };
}

/** All template labels of the app. */
function whole({ app, why }: TemplateTrials): Map<string, string> {
  return new Map([[app, why]]);
}
