/** Which template labels are left out: each outcome at each step, and the ways through. */

import type { Outcome } from '../../../../lb/core/refresh/refresh';
import {
  LABELS_MAX,
  type NextTrial,
  startTrials,
  type TemplateTrials,
  type TrialStep,
  takeOutcome,
  trialOf,
} from '../../../../lb/core/refresh/template-trials';

const ok: Outcome = { ok: true };
const no: Outcome = { ok: false, why: 'no' };
const full: Outcome = { ok: false, why: 'disk full', noAppAtFault: true };

function trialsAt(step: TrialStep, more: Partial<TemplateTrials> = {}): TemplateTrials {
  return { ...startTrials('/a', ['L1', 'L2']), why: 'first', step, ...more };
}

function print(next: NextTrial): string {
  if (next.kind === 'done')
    return next.result === undefined
      ? 'unknown'
      : `leave out ${[...next.result.keys()].join(', ') || 'nothing'}`;
  const { unused, parts } = next.trial;
  return `try without ${unused.join(' ') || 'nothing'}${parts ? ' and the named parts' : ''}`;
}

/** The next trial by outcome: accepted, refused, not checked. */
const STEPS: Readonly<Record<TrialStep, readonly [string, string, string]>> = {
  all: ['leave out nothing', 'try without L1 L2', 'unknown'],
  none: [
    'try without L2',
    'try without nothing and the named parts',
    'try without nothing and the named parts',
  ],
  parts: ['leave out nothing', 'leave out /a', 'leave out /a'],
  one: ['try without L1', 'try without L1', 'try without L1'],
  rest: ['leave out nothing', 'leave out /a', 'leave out /a'],
};

describe('each outcome at each step', () => {
  const rows = Object.entries(STEPS).flatMap(([step, texts]) =>
    [ok, no, full].map(
      (outcome, index) => [step as TrialStep, JSON.stringify(outcome), texts[index], outcome] as const,
    ),
  );
  test.each(rows)('%s, %s: %s', (step, _name, expected, outcome) => {
    expect(print(takeOutcome(trialsAt(step), outcome))).toBe(expected);
  });
});

/** Runs the trials of an app for which HAProxy refuses these labels. */
function run(labels: readonly string[], refusedLabels: readonly string[], together = false): string {
  const trials = startTrials('/a', labels);
  let trial = trialOf(trials);
  for (let turn = 0; turn < 100; turn++) {
    const used = labels.filter((label) => !trial.unused.includes(label));
    const bad = together ? used.length > 1 : used.some((label) => refusedLabels.includes(label));
    const next = takeOutcome(trials, bad ? no : ok);
    if (next.kind === 'done') return print(next);
    trial = next.trial;
  }
  return 'without end';
}

const many = Array.from({ length: LABELS_MAX + 1 }, (_, index) => `L${index}`);

test.each([
  ['one label is at fault', ['L1', 'L2', 'L3'], ['L2'], 'leave out L2 /a'],
  ['two are at fault', ['L1', 'L2', 'L3'], ['L1', 'L3'], 'leave out L1 /a, L3 /a'],
  ['none is at fault', ['L1', 'L2'], [], 'leave out nothing'],
  ['one of very many is at fault', many, ['L3'], 'leave out /a'],
])('%s', (_name, labels, refused, expected) => {
  expect(run(labels, refused)).toBe(expected);
});

test('labels that are refused only together are all left out', () => {
  expect(run(['L1', 'L2'], [], true)).toBe('leave out /a');
});
