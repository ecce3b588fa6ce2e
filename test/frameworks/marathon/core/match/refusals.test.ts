import {
  inFunnelOrder,
  type OfferRefusal,
  reasonsFor,
  refusalText,
} from '../../../../../frameworks/marathon/core/match/refusals';

test.each<[OfferRefusal, reasons: string[], text: RegExp]>([
  [{ cause: 'role', offered: 'prod' }, ['UnfulfilledRole'], /apps of the role prod/],
  [{ cause: 'reserved' }, ['UnfulfilledRole'], /reserved to roles/],
  [
    { cause: 'constraint', rule: ['rack', 'IS', 'a'], value: 'b' },
    ['UnfulfilledConstraint'],
    /rack IS a does not hold for b/,
  ],
  [
    { cause: 'constraint', rule: ['rack', 'UNIQUE'], value: undefined },
    ['UnfulfilledConstraint'],
    /an agent without the attribute/,
  ],
  [{ cause: 'region', region: 'eu' }, ['UnfulfilledConstraint'], /region eu/],
  [{ cause: 'maintenance' }, ['UnfulfilledConstraint', 'AgentMaintenance'], /maintenance/],
  [
    { cause: 'scalar', name: 'mem', needed: 64_000, offered: 1500 },
    ['InsufficientMemory'],
    /^mem: 64 needed, 1.5 offered$/,
  ],
  [{ cause: 'gpus' }, ['DeclinedScarceResources'], /GPUs/],
  [{ cause: 'ports' }, ['InsufficientPorts'], /ports/],
])('%j has the reasons %j', (refusal, reasons, text) => {
  expect(reasonsFor(refusal)).toEqual(reasons);
  expect(refusalText(refusal)).toMatch(text);
});

test('reasons are told once, in the order of the funnel', () => {
  expect(
    inFunnelOrder([{ cause: 'ports' }, { cause: 'maintenance' }, { cause: 'region', region: 'eu' }]),
  ).toEqual(['UnfulfilledConstraint', 'AgentMaintenance', 'InsufficientPorts']);
});
