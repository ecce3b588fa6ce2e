/**
 * The command, the variables and the user of a container with an image, in tables.
 */

import {
  imageCommand,
  imageEnvironment,
} from '../../../../../cluster/agent/containerizer/images/image-command';
import {
  containerIdentity,
  type HostUser,
} from '../../../../../cluster/agent/containerizer/images/image-user';
import { NO_CONFIG } from '../../../../../cluster/agent/containerizer/images/manifest';
import { runtimeChanges } from '../../../../../cluster/agent/containerizer/isolators/docker-runtime';

/** The table of the original (isolators/docker/runtime.cpp): rows by the task, columns by the image. */
describe('the command', () => {
  const entrypoint = ['/entry', 'e1'];
  const cmd = ['/cmd', 'c1'];
  const images = {
    none: NO_CONFIG,
    cmd: { ...NO_CONFIG, cmd },
    entrypoint: { ...NO_CONFIG, entrypoint },
    both: { ...NO_CONFIG, entrypoint, cmd },
  };
  const noProgram = 'Failed to determine the launch command: No executable is found';
  const noShell = 'Failed to determine the launch command: Shell specified but no command value provided';

  it.each([
    [{ shell: false }, [noProgram, '/cmd c1', '/entry e1', '/entry e1 /cmd c1']],
    [{ shell: false, arguments: ['own'] }, [noProgram, '/cmd own', '/entry e1 own', '/entry e1 own']],
    [{ shell: false, value: '/v' }, ['/v', '/v', '/v', '/v']],
    [{ shell: false, value: '/v', arguments: ['v', 'own'] }, Array(4).fill('/v: v own')],
    [{ shell: true }, Array(4).fill(noShell)],
    [{ arguments: ['own'] }, Array(4).fill(noShell)],
    [{ value: 'text' }, Array(4).fill('sh text')],
    [{ value: 'text', arguments: ['own'] }, Array(4).fill('sh text: own')],
  ])('of a task with %j is told by each kind of image', (command, expected) => {
    const texts = Object.values(images).map((config) => {
      try {
        const { shell = true, value = '', arguments: all = [] } = imageCommand(command, config);
        const [first] = all;
        if (!shell && first === value) return all.join(' ');
        return `${shell ? 'sh ' : ''}${value}${all.length > 0 ? `: ${all.join(' ')}` : ''}`;
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(texts).toEqual(expected);
  });

  it('keeps the user and the variables of the task', () => {
    const command = { shell: false, user: 'u', environment: { variables: [{ name: 'A', value: '1' }] } };
    expect(imageCommand(command, images.cmd)).toMatchObject({ value: '/cmd', user: 'u' });
  });

  it('is none for a container without a program', () => {
    expect(runtimeChanges(images.cmd, undefined).command).toBeUndefined();
  });
});

test('variables of the image give way to those of the task, and those of the agent are its own', () => {
  const env = ['A=image', 'B=b=c', 'C', '=d', 'MESOS_SANDBOX=/x', 'LIBPROCESS_IP=1', 'E='];
  const command = { environment: { variables: [{ name: 'A', value: 'task' }] } };
  expect(imageEnvironment({ ...NO_CONFIG, env }, command)).toEqual({ B: 'b=c', E: '' });
});

describe('the user', () => {
  const users = {
    passwd: 'root:x:0:0::/:\napp:x:10:20:::\nevil:x:0:0::\nbroken:x:no:20\n',
    group: 'root:x:0:\nteam:x:30:app,other\nmore:x:31:app\n',
  };
  const root: HostUser = { identity: undefined };
  const alice: HostUser = { identity: { uid: 1000, gid: 1000, groups: [1000] } };
  const unknown: HostUser = { unknown: 'no such user' };
  const app = { uid: 10, gid: 20, groups: [20, 30, 31] };
  const plain = (uid: number, gid: number) => ({ uid, gid, groups: [gid] });

  it.each([
    ['of the host stays, whatever the image wants', alice, 'alice', false, 'app', alice.identity],
    ['of the host stays when the task names root', root, 'root', true, 'app', undefined],
    ['of the image is taken where the task runs as root', root, 'root', false, 'app', app],
    ['of the agent stays with --no-switch_user', root, undefined, false, 'app', undefined],
    ['of the image may be a number', root, 'root', false, '10', app],
    ['of the image may be an unknown number', root, 'root', false, '77', plain(77, 0)],
    ['of the image may have a group', root, 'root', false, 'app:more', plain(10, 31)],
    ['of the image may have a number as a group', root, 'root', false, '7:8', plain(7, 8)],
    ['of the image is looked up where the host has none', unknown, 'app', true, undefined, app],
  ])('%s', (_what, host, user, isNamed, imageUser, identity) => {
    expect(containerIdentity({ user, isNamed, imageUser, host, users })).toEqual(identity);
  });

  it.each([
    ['nobody knows', unknown, 'ghost', undefined, 'no such user, nor in the image'],
    ['is root in the image alone', unknown, 'evil', undefined, "the image makes 'evil' root"],
    ['has no number', unknown, 'broken', undefined, 'no such user, nor in the image'],
    ['the image wants and does not have', root, 'root', 'ghost', "The image has no user 'ghost'"],
    ['has a group that the image does not have', root, 'root', 'app:ghosts', "no group 'ghosts'"],
    ['has too large a number', root, 'root', '99999999999', "The image has no user '99999999999'"],
  ])('is refused when it %s', (_what, host, user, imageUser, reason) => {
    const request = { user, isNamed: imageUser === undefined, imageUser, host, users };
    expect(() => containerIdentity(request)).toThrow(reason);
  });
});
