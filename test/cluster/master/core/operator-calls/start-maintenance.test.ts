import { asks, MACHINE, OFFERED, SCHEDULED } from '../../operator-asks';

const CALL = { type: 'START_MAINTENANCE', start_maintenance: { machines: [MACHINE] } } as const;

it('START_MAINTENANCE brings machines down that are DRAINING', () => {
  const effects = asks(SCHEDULED, CALL);
  expect(effects.slice(0, 2)).toEqual(['store the registry', 'answer 200']);
});

it('START_MAINTENANCE is refused for no machines, and for those in another mode', () => {
  const none = { type: 'START_MAINTENANCE', start_maintenance: { machines: [] } } as const;
  expect(asks(OFFERED, none)).toEqual(['answer 400 List of machines is empty']);
  expect(asks([...SCHEDULED, 'machineDown a@10.0.0.2'], CALL)[0]).toContain(
    'is not in DRAINING mode and cannot be brought down',
  );
});
