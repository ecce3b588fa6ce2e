import type { ContainerInfo, Environment, Volume } from '../../../cluster/api/generated/mesos';
import { commandInfoError, containerInfoError } from '../../../cluster/model/command-errors';

const REFERENCE = { type: 'REFERENCE', reference: { name: 's' } } as const;
const secretOf = (text: string) => ({ type: 'VALUE', value: { data: btoa(text) } }) as const;

test.each<[Environment.Variable, string | undefined]>([
  [{ name: 'A', value: '1' }, undefined],
  [{ name: 'A', value: '' }, undefined],
  [{ name: 'A' }, "Environment variable 'A' of type 'VALUE' must have a value set"],
  [
    { name: 'A', value: '1', secret: REFERENCE },
    "Environment variable 'A' of type 'VALUE' must not have a secret set",
  ],
  [{ name: 'A', type: 'UNKNOWN', value: '1' }, "Environment variable of type 'UNKNOWN' is not allowed"],
  [{ name: 'A', type: 'SECRET' }, "Environment variable 'A' of type 'SECRET' must have a secret set"],
  [
    { name: 'A', type: 'SECRET', value: '1', secret: REFERENCE },
    "Environment variable 'A' of type 'SECRET' must not have a value set",
  ],
  [{ name: 'A', type: 'SECRET', secret: REFERENCE }, undefined],
  [
    { name: 'A', type: 'SECRET', secret: { type: 'REFERENCE' } },
    "Environment variable 'A' specifies an invalid secret: Secret of type REFERENCE must have the 'reference' field set",
  ],
  [
    { name: 'A', type: 'SECRET', secret: { ...REFERENCE, value: { data: '' } } },
    "Environment variable 'A' specifies an invalid secret: Secret 's' of type REFERENCE must not have the 'value' field set",
  ],
  [
    { name: 'A', type: 'SECRET', secret: { type: 'VALUE' } },
    "Environment variable 'A' specifies an invalid secret: Secret of type VALUE must have the 'value' field set",
  ],
  [
    { name: 'A', type: 'SECRET', secret: { ...secretOf('x'), reference: { name: 's' } } },
    "Environment variable 'A' specifies an invalid secret: Secret of type VALUE must not have the 'reference' field set",
  ],
  [{ name: 'A', type: 'SECRET', secret: secretOf('x') }, undefined],
  [
    { name: 'A', type: 'SECRET', secret: secretOf('x\0y') },
    "Environment variable 'A' specifies a secret containing null bytes, which is not allowed in the environment",
  ],
])('the variable %j has the error %p', (variable, error) => {
  expect(commandInfoError({ environment: { variables: [variable] } })).toBe(error);
});

test('the first wrong variable of a command counts, and a command may have none', () => {
  const variables: Environment.Variable[] = [{ name: 'OK', value: '' }, { name: 'B' }, { name: 'C' }];
  expect(commandInfoError({ environment: { variables } })).toContain("'B'");
  expect(commandInfoError({})).toBeUndefined();
  expect(commandInfoError(undefined)).toBeUndefined();
});

const volume = (members: Partial<Volume>): Volume => ({ container_path: '/x', mode: 'RW', ...members });

test.each<[Partial<Volume>, string | undefined]>([
  [{ host_path: '/h' }, undefined],
  [{}, "Only one of them should be set: 'host_path', 'image' and 'source'"],
  [
    { host_path: '/h', image: { type: 'DOCKER' } },
    "Only one of them should be set: 'host_path', 'image' and 'source'",
  ],
  [{ source: {} }, "'source.type' is unknown"],
  [{ source: { type: 'HOST_PATH' } }, "'source.host_path' is not set for HOST_PATH volume"],
  [{ source: { type: 'SANDBOX_PATH' } }, "'source.sandbox_path' is not set for SANDBOX_PATH volume"],
  [{ source: { type: 'SECRET' } }, "'source.secret' is not set for SECRET volume"],
  [{ source: { type: 'DOCKER_VOLUME' } }, "'source.docker_volume' is not set for DOCKER_VOLUME volume"],
  [{ source: { type: 'DOCKER_VOLUME', docker_volume: { name: 'v' } } }, undefined],
  [{ source: { type: 'CSI_VOLUME' } }, "'source.csi_volume' is not set for CSI volume"],
  [
    { source: { type: 'CSI_VOLUME', csi_volume: { plugin_name: 'p' } } },
    "'source.csi_volume.static_provisioning' is not set for CSI volume",
  ],
])('the volume %j has the error %p', (members, error) => {
  const container: ContainerInfo = { type: 'MESOS', volumes: [volume({ host_path: '/' }), volume(members)] };
  expect(containerInfoError(container)).toBe(error && `Invalid volume: ${error}`);
});

test.each<[ContainerInfo | undefined, string | undefined]>([
  [undefined, undefined],
  [{ type: 'MESOS' }, undefined],
  [{ type: 'DOCKER' }, "DockerInfo 'docker' is not set for DOCKER typed ContainerInfo"],
  [{ type: 'DOCKER', docker: { image: 'i' } }, undefined],
  [
    { type: 'DOCKER', docker: { image: 'i', parameters: [{ key: 'name', value: 'x' }] } },
    "Parameter in DockerInfo must not be 'name'",
  ],
])('the container %j has the error %p', (container, error) => {
  expect(containerInfoError(container)).toBe(error);
});
