import { agentFlags } from '../../../../cluster/agent/config';
import { misspeltVariables, warnMisspeltVariables } from '../../../../cluster/runtime/config/environment';
import { variablesOf } from '../../../../cluster/runtime/config/flags';
import { MARATHON_FLAGS } from '../../../../frameworks/marathon/config';
import { LB_VARIABLES } from '../../../../lb/config';

const agent = (...names: string[]) =>
  misspeltVariables(variablesOf(agentFlags), 'MESOS_', Object.fromEntries(names.map((name) => [name, 'x'])));
const marathon = (...names: string[]) =>
  misspeltVariables(
    variablesOf(MARATHON_FLAGS),
    'MARATHON_',
    Object.fromEntries(names.map((name) => [name, 'x'])),
  );

test('a variable that resembles one of a flag is named with it', () => {
  expect(agent('MESOS_WORKDIR')).toEqual([{ variable: 'MESOS_WORKDIR', nearest: 'MESOS_WORK_DIR' }]);
  expect(agent('MESOS_ISOLATOIN')).toEqual([{ variable: 'MESOS_ISOLATOIN', nearest: 'MESOS_ISOLATION' }]);
  expect(marathon('MARATHON_HTTPPORT')).toEqual([
    { variable: 'MARATHON_HTTPPORT', nearest: 'MARATHON_HTTP_PORT' },
  ]);
});

test('variables of tasks, of other daemons and of nobody are left alone', () => {
  const ofTasks =
    'MESOS_TASK_ID MESOS_SLAVE_ID MESOS_SLAVE_PID MESOS_AGENT_ENDPOINT MESOS_EXECUTOR_ID MESOS_FRAMEWORK_ID ' +
    'MESOS_DIRECTORY MESOS_SANDBOX MESOS_CHECKPOINT MESOS_ALLOCATION_ROLE MESOS_CONTAINER_NAME MESOS_CONTAINER_IP ' +
    'MESOS_NATIVE_JAVA_LIBRARY MESOS_SUBSCRIPTION_BACKOFF_MAX MESOS_EXECUTOR_AUTHENTICATION_TOKEN MESOS_VERSION';
  expect(
    agent(...ofTasks.split(' '), 'MESOS_QUORUM', 'MESOS_ZK', 'MESOS_CLUSTER', 'LIBPROCESS_PORT'),
  ).toEqual([]);
  expect(marathon('MARATHON_APP_ID', 'MARATHON_APP_RESOURCE_CPUS', 'MARATHON_CONTAINER_ID')).toEqual([]);
});

test('flags that exist are not named, nor are their older names', () => {
  expect(agent(...variablesOf(agentFlags).filter((name) => name.startsWith('MESOS_')))).toEqual([]);
});

test('a misspelt template of the load balancer is named', () => {
  const env = { HAPROXY_BACKEND_HAED: 'x', HAPROXY_BACKEND_HEAD: 'x', HAPROXY_SSL_CERT12: 'x' };
  expect(misspeltVariables(LB_VARIABLES, 'HAPROXY_', env)).toEqual([
    { variable: 'HAPROXY_BACKEND_HAED', nearest: 'HAPROXY_BACKEND_HEAD' },
  ]);
});

test('the warning names both', () => {
  const lines: string[] = [];
  warnMisspeltVariables(agent('MESOS_WORKDIR'), { warn: (_fields, text) => void lines.push(text) });
  expect(lines).toEqual(['nothing reads the variable MESOS_WORKDIR: did you mean MESOS_WORK_DIR?']);
});
