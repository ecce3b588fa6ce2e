import { asks, MACHINE, OFFERED, SCHEDULED } from '../../operator-asks';

const CALL = { type: 'STOP_MAINTENANCE', stop_maintenance: { machines: [MACHINE] } } as const;

it('STOP_MAINTENANCE brings machines up that are DOWN', () => {
  const effects = asks([...SCHEDULED, 'machineDown a@10.0.0.2'], CALL);
  expect(effects.slice(0, 2)).toEqual(['store the registry', 'answer 200']);
});

it('STOP_MAINTENANCE is refused for no machines, and for those in another mode', () => {
  const none = { type: 'STOP_MAINTENANCE', stop_maintenance: { machines: [] } } as const;
  expect(asks(OFFERED, none)).toEqual(['answer 400 List of machines is empty']);
  expect(asks(SCHEDULED, CALL)[0]).toContain('is not in DOWN mode and cannot be brought up');
});
