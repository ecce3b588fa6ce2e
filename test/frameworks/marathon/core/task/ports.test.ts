import { effectivePort } from '../../../../../frameworks/kit/core/task/ports';
import { taskPorts } from '../../../../../frameworks/marathon/core/task/ports';
import { app } from '../../fake-cluster';

test('definitions are ports without a container', () => {
  const definition = app({
    portDefinitions: [{ port: 9000, name: 'http', labels: { A: 'b' } }, { port: 0 }],
  });
  expect(taskPorts(definition, [31_000, null])).toMatchObject([
    {
      declared: 9000,
      hostPort: 31_000,
      servicePort: 9000,
      name: 'http',
      protocol: 'tcp',
      labels: { A: 'b' },
    },
    { declared: 0, hostPort: undefined, servicePort: 0, name: undefined },
  ]);
});

test('mappings have a container port, and a host port where they want one', () => {
  const portMappings = [
    { containerPort: 80, hostPort: 0, servicePort: 10_000 },
    { containerPort: 0, hostPort: 0 },
  ];
  const definition = app({
    networks: [{ mode: 'container/bridge' }],
    container: { type: 'MESOS', portMappings },
  });
  const ports = taskPorts(definition, [31_000, 31_001]);
  expect(ports).toMatchObject([
    { declared: 80, containerPort: 80, hostPort: 31_000, servicePort: 10_000 },
    { declared: 0, containerPort: 0, hostPort: 31_001 },
  ]);
  expect(ports.map(effectivePort)).toEqual([80, 31_001]);
});
