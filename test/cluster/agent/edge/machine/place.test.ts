import {
  domainOf,
  hostnameOf,
  placeFlags,
  withDiscoveredIp,
} from '../../../../../cluster/agent/edge/machine/place';

const discovered = (command: string, ip = '127.0.0.1') =>
  withDiscoveredIp({ ip, ip_discovery_command: command });

it('listens on the address that the command prints', async () => {
  expect(await discovered('echo " 127.0.0.2 "')).toMatchObject({ ip: '127.0.0.2' });
  expect(await withDiscoveredIp({ ip: '127.0.0.1', ip_discovery_command: undefined })).toMatchObject({
    ip: '127.0.0.1',
  });
});

it.each([
  ['echo here', undefined, 'printed "here", which is no address'],
  ['echo no route >&2; exit 1', undefined, '--ip_discovery_command: no route'],
  ['echo 127.0.0.1', '10.0.0.1', 'give --ip or --ip_discovery_command, not both'],
])('does not start when the command is %j', async (command, ip, error) => {
  await expect(discovered(command, ip)).rejects.toThrow(error);
});

it('has the name that was given, or looks one up when it is told to', async () => {
  expect(await hostnameOf({ hostname: 'a.test', hostname_lookup: true }, '127.0.0.1')).toBe('a.test');
  expect(await hostnameOf({ hostname: undefined, hostname_lookup: false }, '127.0.0.1')).toBe('127.0.0.1');
  expect(await hostnameOf({ hostname: undefined, hostname_lookup: true }, '127.0.0.1')).toMatch(/^[a-z]/);
  await expect(hostnameOf({ hostname: undefined, hostname_lookup: true }, 'nowhere')).rejects.toThrow(
    'no name is known for nowhere',
  );
});

it('knows the fault domain', () => {
  const domain = { fault_domain: { region: { name: 'east' }, zone: { name: 'a' } } };
  expect(domainOf(JSON.stringify(domain))).toEqual(domain);
  expect(domainOf(undefined)).toBeUndefined();
  expect(() => placeFlags.domain.read('{}', undefined)).toThrow('must define `fault_domain`');
});
