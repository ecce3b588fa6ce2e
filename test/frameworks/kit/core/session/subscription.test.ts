import {
  disconnect,
  errorMeaning,
  frameworkInfo,
  subscribe,
} from '../../../../../frameworks/kit/core/session/subscription';
import { SmallFramework } from '../../framework';

const SETTINGS = {
  frameworkName: 'jobs',
  user: 'root',
  role: 'web',
  hostname: 'h',
  failoverTimeoutSeconds: 60,
  checkpoint: true,
};

test('a FrameworkInfo has what is set, and the id once there is one', () => {
  const info = frameworkInfo(SETTINGS, { connected: false }, ['PARTITION_AWARE']);
  expect(info).toEqual({
    user: 'root',
    name: 'jobs',
    failover_timeout: 60,
    checkpoint: true,
    roles: ['web'],
    hostname: 'h',
    capabilities: [{ type: 'PARTITION_AWARE' }],
  });
  const again = frameworkInfo(
    { ...SETTINGS, principal: 'p', webuiUrl: 'http://h' },
    { connected: true, frameworkId: 'F1' },
    [],
  );
  expect(again).toMatchObject({ id: { value: 'F1' }, principal: 'p', webui_url: 'http://h' });
});

test('a subscription tells whether the framework id is new', () => {
  const { session } = new SmallFramework().state;
  expect(subscribe(session, { frameworkId: 'F1', master: 'm', masterRegion: 'eu' })).toBe(false);
  expect(session).toEqual({ connected: true, frameworkId: 'F1', master: 'm', region: 'eu' });
  expect(subscribe(session, { frameworkId: 'F2' })).toBe(true);
  expect(session.frameworkId).toBe('F2');
});

test('a connection is lost once', () => {
  const turn = new SmallFramework();
  expect(disconnect(turn, 'reset')).toBe(true);
  expect(disconnect(turn, 'reset')).toBe(false);
  expect(turn.words()).toEqual(['the connection to the master is lost']);
});

test.each([
  ['Framework failed over', 'taken over'],
  ['Framework has been removed', 'removed'],
  ['Not authorized', 'refused'],
])('the error "%s" means: %s', (message, meaning) => {
  expect(errorMeaning(message)).toBe(meaning);
});
