import {
  type ComponentState,
  checkForm,
  checkVariables,
  savedVariables,
} from '../../../cluster/state/component-state';
import { encodeJournal } from '../../../cluster/state/journal';

const STATE: ComponentState = {
  component: 'marathon',
  stateNode: 'meseta',
  electionNode: 'leader',
  candidates: /^/,
  form: 2,
  variables: /^(m\/|form$)/,
  requests: new Set(['handover']),
  isJournaled: true,
};

const variable = (name: string, text = '1') => ({ name, value: Buffer.from(text) });

it('saves what is stored, without what is asked of the next leader', () => {
  const variables = [variable('m/a'), variable('handover'), variable('m/b')];
  expect(savedVariables(STATE, variables, 'there')).toEqual([variable('m/a'), variable('m/b')]);
});

it('saves the state after a large commit that is under way', () => {
  const journal = encodeJournal([
    { name: 'm/new', value: Buffer.from('2') },
    { name: 'm/both', value: Buffer.from('2') },
    { name: 'm/old', value: undefined },
  ]);
  const variables = [variable('m/both'), variable('m/old'), { name: 'journal', value: journal }];
  expect(savedVariables(STATE, variables, 'there')).toEqual([
    variable('m/both', '2'),
    variable('m/new', '2'),
  ]);
});

it('refuses a place without a state, and one of another component', () => {
  expect(() => savedVariables(STATE, [variable('handover')], 'there')).toThrow('there has no state');
  expect(() => savedVariables(STATE, [variable('m/a'), variable('job_a')], 'there')).toThrow(
    'there has no state of marathon: "job_a" is no variable of it',
  );
  expect(() => checkVariables(STATE, [variable('registry')], 'f')).toThrow('f has no state of marathon');
  checkVariables(STATE, [variable('m/a')], 'f');
});

it('refuses a state of a later form', () => {
  for (const variables of [[variable('m/a')], [variable('form', '2')]]) checkForm(STATE, variables, 'f');
  for (const text of ['3', 'x'])
    expect(() => checkForm(STATE, [variable('form', text)], 'f')).toThrow(
      `f was written by a newer marathon: it has form ${text}, and this one reads up to form 2`,
    );
});
