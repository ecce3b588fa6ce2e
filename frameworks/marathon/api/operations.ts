/** The operations of the REST API, for the OpenAPI document; a test compares them with the routes. */

import type { AnswerForm, DescribedOperation } from '../../kit/api/openapi';
import { FLAG, listSchema, type Schema, TEXT } from '../../kit/api/schema';

export type SchemaName =
  | 'App'
  | 'AppAnswer'
  | 'AppList'
  | 'Apps'
  | 'AppUpdate'
  | 'AppUpdates'
  | 'DeploymentResult'
  | 'Deployments'
  | 'Error'
  | 'Group'
  | 'GroupPatch'
  | 'GroupResult'
  | 'GroupUpdate'
  | 'InstanceIds'
  | 'Killed'
  | 'Leader'
  | 'LoggerChange'
  | 'Loggers'
  | 'Metrics'
  | 'Object'
  | 'PlanRequest'
  | 'Plugins'
  | 'Pod'
  | 'PodInstance'
  | 'PodInstances'
  | 'PodList'
  | 'PodStatus'
  | 'PodStatusList'
  | 'PodUpdate'
  | 'Queue'
  | 'Task'
  | 'TaskIds'
  | 'Tasks'
  | 'VersionList'
  | 'Versions';

type Query = Readonly<Record<string, Schema>>;

interface Operation extends DescribedOperation {
  readonly body?: SchemaName;
}

const words = (...words: readonly string[]): Schema => listSchema({ type: 'string', enum: words });

const FORCE: Query = { force: { ...FLAG, default: false } };
const KILL: Query = { ...FORCE, scale: { ...FLAG, default: false }, wipe: { ...FLAG, default: false } };
const WRITE: Query = { ...FORCE, partialUpdate: { ...FLAG, default: true } };
const APP_EMBED: Query = {
  embed: words(
    'apps.tasks',
    'apps.counts',
    'apps.deployments',
    'apps.readiness',
    'apps.lastTaskFailure',
    'apps.failures',
    'apps.taskStats',
  ),
};
const GROUP_EMBED: Query = {
  embed: words(
    'group.groups',
    'group.apps',
    'group.pods',
    'group.apps.tasks',
    'group.apps.counts',
    'group.apps.deployments',
    'group.apps.readiness',
    'group.apps.lastTaskFailure',
    'group.apps.taskStats',
  ),
};

function json(schema: SchemaName, status = 200): AnswerForm {
  return { kind: 'json', schema, status };
}

function none(status: number): AnswerForm {
  return { kind: 'none', status };
}

function plain(type = 'text/plain'): AnswerForm {
  return { kind: 'text', type };
}

/** The words of an operation: method, path, id and summary. */
function operation(
  words: string,
  summary: string,
  more: Pick<Operation, 'query' | 'body' | 'answer'>,
): Operation {
  const [method = '', path = '', id = ''] = words.split(' ');
  return { method, path, id, summary, ...more };
}

const DEPLOYED = json('DeploymentResult');

/** Ids of apps and groups are paths, so `{id}` may have slashes. */
const APPS: readonly Operation[] = [
  operation('GET /v2/apps listApps', 'All apps, or those that a query selects', {
    query: { ...APP_EMBED, cmd: TEXT, id: TEXT, label: TEXT },
    answer: json('Apps'),
  }),
  operation('POST /v2/apps createApp', 'Creates an app', {
    query: FORCE,
    body: 'AppUpdate',
    answer: json('App', 201),
  }),
  operation('PUT /v2/apps putApps', 'Creates and changes apps in one deployment', {
    query: WRITE,
    body: 'AppUpdates',
    answer: DEPLOYED,
  }),
  operation('PATCH /v2/apps patchApps', 'Changes apps in one deployment', {
    query: FORCE,
    body: 'AppUpdates',
    answer: DEPLOYED,
  }),
  operation('GET /v2/apps/{id} showApp', 'One app; of a path that ends in /* all apps below a group', {
    query: APP_EMBED,
    answer: json('AppAnswer'),
  }),
  operation('PUT /v2/apps/{id} putApp', 'Creates or changes an app', {
    query: WRITE,
    body: 'AppUpdate',
    answer: DEPLOYED,
  }),
  operation('PATCH /v2/apps/{id} patchApp', 'Changes an app', {
    query: FORCE,
    body: 'AppUpdate',
    answer: DEPLOYED,
  }),
  operation('DELETE /v2/apps/{id} deleteApp', 'Removes an app and kills its tasks', {
    query: { force: { ...FLAG, default: true } },
    answer: DEPLOYED,
  }),
  operation('POST /v2/apps/{id}/restart restartApp', 'Replaces all instances of an app', {
    query: FORCE,
    answer: DEPLOYED,
  }),
  operation('GET /v2/apps/{id}/explain explainApp', 'The reasons why instances of an app wait', {
    answer: json('Object'),
  }),
  operation('GET /v2/apps/{id}/versions listAppVersions', 'The versions of an app, newest first', {
    answer: json('Versions'),
  }),
  operation('GET /v2/apps/{id}/versions/{version} showAppVersion', 'An app as it was', {
    answer: json('AppUpdate'),
  }),
  operation('GET /v2/apps/{id}/tasks listAppTasks', 'The tasks of an app', { answer: json('Tasks') }),
  operation('DELETE /v2/apps/{id}/tasks killAppTasks', 'Kills tasks of an app', {
    query: { ...KILL, host: TEXT },
    answer: json('Killed'),
  }),
  operation('DELETE /v2/apps/{id}/tasks/{taskId} killAppTask', 'Kills one task of an app', {
    query: KILL,
    answer: json('Killed'),
  }),
];

const WIPE: Query = { wipe: { ...FLAG, default: false } };

/** What is asked of a pod follows its id behind two colons. */
const PODS: readonly Operation[] = [
  operation('GET /v2/pods listPods', 'All pods', { answer: json('PodList') }),
  operation('POST /v2/pods createPod', 'Creates a pod', {
    query: FORCE,
    body: 'PodUpdate',
    answer: json('Pod', 201),
  }),
  operation('GET /v2/pods/::status listPodStatuses', 'The status of every pod', {
    answer: json('PodStatusList'),
  }),
  operation('GET /v2/pods/{id} showPod', 'One pod', { answer: json('Pod') }),
  operation('PUT /v2/pods/{id} putPod', 'Creates or replaces a pod', {
    query: FORCE,
    body: 'PodUpdate',
    answer: json('Pod'),
  }),
  operation('DELETE /v2/pods/{id} deletePod', 'Removes a pod and kills its instances', {
    query: FORCE,
    answer: none(202),
  }),
  operation('GET /v2/pods/{id}::status showPodStatus', 'A pod with its instances and their containers', {
    answer: json('PodStatus'),
  }),
  operation('GET /v2/pods/{id}::versions listPodVersions', 'The versions of a pod, newest first', {
    answer: json('VersionList'),
  }),
  operation('GET /v2/pods/{id}::versions/{version} showPodVersion', 'A pod as it was', {
    answer: json('Pod'),
  }),
  operation('DELETE /v2/pods/{id}::instances killPodInstances', 'Kills instances of a pod by their ids', {
    query: WIPE,
    body: 'InstanceIds',
    answer: json('PodInstances'),
  }),
  operation('DELETE /v2/pods/{id}::instances/{instanceId} killPodInstance', 'Kills one instance of a pod', {
    query: WIPE,
    answer: json('PodInstance'),
  }),
];

const TASKS: readonly Operation[] = [
  operation('GET /v2/tasks listTasks', 'All tasks, or those of a status', {
    query: { status: words('running', 'staging') },
    answer: json('Tasks'),
  }),
  operation('POST /v2/tasks/delete killTasks', 'Kills tasks by their ids', {
    query: KILL,
    body: 'TaskIds',
    answer: json('Killed'),
  }),
];

const GROUPS: readonly Operation[] = ['/v2/groups', '/v2/groups/{id}'].flatMap((path) => {
  const suffix = path === '/v2/groups' ? 'Root' : 'Group';
  return [
    operation(`GET ${path} show${suffix}`, 'A group with the apps, pods and groups in it', {
      query: GROUP_EMBED,
      answer: json('Group'),
    }),
    operation(`POST ${path} create${suffix}`, 'Creates a group', {
      query: FORCE,
      body: 'GroupUpdate',
      answer: json('DeploymentResult', 201),
    }),
    operation(`PUT ${path} put${suffix}`, 'Creates, changes, scales or takes back a group', {
      query: { ...FORCE, dryRun: { ...FLAG, default: false } },
      body: 'GroupUpdate',
      answer: json('GroupResult'),
    }),
    operation(`PATCH ${path} patch${suffix}`, 'Sets enforceRole of a group at the top', {
      body: 'GroupPatch',
      answer: none(200),
    }),
    operation(`DELETE ${path} delete${suffix}`, 'Removes a group and all in it', {
      query: FORCE,
      answer: DEPLOYED,
    }),
    operation(`GET ${path}/apps listAppsOf${suffix}`, 'All apps below a group', {
      query: GROUP_EMBED,
      answer: json('AppList'),
    }),
    operation(`GET ${path}/versions listVersionsOf${suffix}`, 'The versions of a group', {
      answer: json('VersionList'),
    }),
    operation(`GET ${path}/versions/{version} showVersionOf${suffix}`, 'A group as it was', {
      query: GROUP_EMBED,
      answer: json('Group'),
    }),
  ];
});

const DEPLOYMENTS: readonly Operation[] = [
  operation('GET /v2/deployments listDeployments', 'All deployments that run', {
    answer: json('Deployments'),
  }),
  operation('POST /v2/deployments/plan planChange', 'Tells what a change would do', {
    body: 'PlanRequest',
    answer: json('Object'),
  }),
  operation(
    'DELETE /v2/deployments/{id} cancelDeployment',
    'Takes a deployment back, or with force stops it',
    {
      query: FORCE,
      answer: DEPLOYED,
    },
  ),
  operation('GET /v2/queue showQueue', 'The apps that wait for a launch, with the reasons', {
    query: { embed: words('lastUnusedOffers') },
    answer: json('Queue'),
  }),
  operation('DELETE /v2/queue/{id}/delay resetDelay', 'Ends the launch delay of an app', {
    answer: none(204),
  }),
];

const SYSTEM: readonly Operation[] = [
  operation('GET /v2/events streamEvents', 'A stream of events (server-sent events)', {
    query: { event_type: listSchema(TEXT), 'plan-format': TEXT },
    answer: plain('text/event-stream'),
  }),
  operation('GET /v2/eventSubscriptions listSubscriptions', 'The URLs that events are posted to', {
    answer: json('Object'),
  }),
  operation('POST /v2/eventSubscriptions subscribe', 'Posts events to a URL', {
    query: { callbackUrl: TEXT },
    answer: json('Object'),
  }),
  operation('DELETE /v2/eventSubscriptions unsubscribe', 'Ends the posts to a URL', {
    query: { callbackUrl: TEXT },
    answer: json('Object'),
  }),
  operation('GET /v2/info showInfo', 'Version, framework id and flags', { answer: json('Object') }),
  operation('GET /v2/leader showLeader', 'The leader as HOST:PORT', { answer: json('Leader') }),
  operation('DELETE /v2/leader abdicate', 'Gives the lead up, perhaps with a backup and a restore', {
    query: { backup: TEXT, restore: TEXT },
    answer: json('Object'),
  }),
  operation('GET /health showHealth', 'The standing of this process; 503 while nobody leads', {
    answer: json('Object'),
  }),
  operation('GET /health/leader showLeaderHealth', 'The same; 503 where another leads', {
    answer: json('Object'),
  }),
  operation('GET /v2/plugins listPlugins', 'The plug-ins', { answer: json('Plugins') }),
  operation('GET /ping ping', 'Answers pong', { answer: plain() }),
  operation('GET /config showConfig', 'The flags in effect', { answer: json('Object') }),
  operation('GET /logging showLevels', 'The level of the log', { answer: json('Loggers') }),
  operation('POST /logging changeLevel', 'Changes the level of the log, for good or for a time', {
    body: 'LoggerChange',
    answer: json('LoggerChange'),
  }),
  operation('GET /metrics showMetrics', "Metrics under the original's names", { answer: json('Metrics') }),
  operation('GET /metrics/prometheus showPrometheus', 'Metrics in the text format of Prometheus', {
    answer: plain(),
  }),
  operation('GET /openapi.json showDocument', 'This document', { answer: json('Object') }),
];

export const OPERATIONS: readonly Operation[] = [
  ...APPS,
  ...PODS,
  ...TASKS,
  ...GROUPS,
  ...DEPLOYMENTS,
  ...SYSTEM,
];
