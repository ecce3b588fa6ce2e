import { randomFrom } from '../../../../../cluster/model/random';
import {
  effectivePort,
  mappingsOf,
  portVariables,
  protocolsOf,
  type TaskPort,
} from '../../../../../frameworks/kit/core/task/ports';

test.each<[port: Partial<TaskPort>, effective: number | undefined]>([
  [{ hostPort: 31_000 }, 31_000],
  [{ hostPort: 31_000, containerPort: 80 }, 80],
  [{ hostPort: 31_000, containerPort: 0 }, 31_000],
  [{ containerPort: 0 }, undefined],
  [{}, undefined],
])('a task with %j listens on %s', (port, effective) => {
  expect(effectivePort(port)).toBe(effective);
});

test.each([
  ['tcp', ['tcp']],
  ['udp,tcp', ['udp', 'tcp']],
  ['', []],
])('the protocol "%s" is %j', (text, protocols) => {
  expect(protocolsOf(text)).toEqual(protocols);
});

test('ports with a host port are mapped, once for each protocol', () => {
  const ports: TaskPort[] = [
    { declared: 80, hostPort: 31_000, containerPort: 80, protocol: 'udp,tcp' },
    { declared: 0, hostPort: 31_001, containerPort: 0, protocol: 'tcp' },
    { declared: 90, containerPort: 90, protocol: 'tcp' },
  ];
  expect(mappingsOf(ports)).toEqual([
    { host_port: 31_000, container_port: 80, protocol: 'udp' },
    { host_port: 31_000, container_port: 80, protocol: 'tcp' },
    { host_port: 31_001, container_port: 31_001, protocol: 'tcp' },
  ]);
});

test('a task without ports has no variables of ports', () => {
  expect(portVariables([], '', randomFrom(1))).toEqual({});
});

test('ports have variables by index, declared port and name, and one for all', () => {
  const ports: TaskPort[] = [
    { declared: 9000, hostPort: 31_000, name: 'http', protocol: 'tcp' },
    { declared: 0, hostPort: 31_001, protocol: 'tcp' },
  ];
  expect(portVariables(ports, 'X_', randomFrom(1))).toEqual({
    X_PORT0: '31000',
    X_PORT_9000: '31000',
    X_PORT_HTTP: '31000',
    X_PORT1: '31001',
    X_PORT_31001: '31001',
    X_PORTS: '31000,31001',
    X_PORT: '31000',
  });
});

test('a container port of 0 without a host port becomes a number that no other port has', () => {
  const ports: TaskPort[] = [0, 0].map((declared) => ({ declared, containerPort: 0, protocol: 'tcp' }));
  const { PORT0, PORT1, PORTS } = portVariables(ports, '', randomFrom(1));
  expect(PORT0).not.toBe(PORT1);
  expect(PORTS).toBe(`${PORT0},${PORT1}`);
});
