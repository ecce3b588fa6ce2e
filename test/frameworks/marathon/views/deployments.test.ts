import { printDeployment } from '../../../../frameworks/marathon/views/deployments';
import { FakeCluster } from '../fake-cluster';

interface Printed {
  readonly id: string;
  readonly affectedApps: readonly string[];
  readonly currentStep: number;
  readonly totalSteps: number;
  readonly currentActions: readonly {
    action: string;
    app: string;
    readinessCheckResults: readonly unknown[];
  }[];
}

const printed = ({ state, clock }: FakeCluster): Printed[] =>
  [...state.deployments.values()].map(
    (deployment) => printDeployment(state, deployment, { now: clock.now(), withProgress: false }) as Printed,
  );

test('a deployment shows the actions of its current step, counted from one', () => {
  const cluster = new FakeCluster();
  cluster.behaviour = () => [];
  cluster.put({ instances: 1 });
  const [deployment] = printed(cluster);
  expect(deployment).toMatchObject({
    affectedApps: ['/app'],
    currentStep: 2,
    totalSteps: 2,
    currentActions: [{ action: 'ScaleApplication', app: '/app', readinessCheckResults: [] }],
  });
  expect(deployment?.id).toBe([...cluster.state.locks.values()][0]);
});

test('a deployment shows the last answers of the readiness checks that it waits for', () => {
  const cluster = new FakeCluster();
  const check = {
    name: 'ready',
    protocol: 'HTTP',
    path: '/',
    portName: 'http',
    intervalSeconds: 5,
    timeoutSeconds: 1,
    httpStatusCodesForReady: [200],
    preserveLastResponse: true,
  };
  cluster.probeResult = () => ({
    ok: false,
    cause: '503',
    response: { status: 503, contentType: 'text/plain', body: 'loading' },
  });
  cluster.put({ instances: 1, portDefinitions: [{ port: 0, name: 'http' }], readinessChecks: [check] });
  cluster.advance(3000);
  const [deployment] = printed(cluster);
  expect(deployment?.currentActions[0]?.readinessCheckResults).toEqual([
    {
      name: 'ready',
      taskId: cluster.instances()[0]?.task?.id,
      ready: false,
      lastResponse: { status: 503, contentType: 'text/plain', body: 'loading' },
    },
  ]);
});
