/** The schemas of answers, for the OpenAPI document. Those of what is sent come from the readers. */

import {
  FLAG,
  INTEGER,
  listSchema,
  mapSchema,
  membersSchema,
  NUMBER,
  type Schema,
  schemaNamed,
  TEXT,
} from '../../kit/api/schema';
import type { SchemaName } from './operations';

const refer = schemaNamed<SchemaName>;
const TIME: Schema = { type: 'string', format: 'date-time' };
const ANY: Schema = { type: 'object' };

const localVolume = membersSchema({
  runSpecId: TEXT,
  containerPath: TEXT,
  uuid: TEXT,
  persistenceId: TEXT,
});
const TEXTS = listSchema(TEXT);

const action = membersSchema({ action: TEXT, 'app?': TEXT, 'pod?': TEXT });
const steps = listSchema(membersSchema({ actions: listSchema(action) }));

const health = membersSchema({
  alive: FLAG,
  consecutiveFailures: INTEGER,
  'firstSuccess?': TIME,
  'lastSuccess?': TIME,
  'lastFailure?': TIME,
  'lastFailureCause?': TEXT,
  instanceId: TEXT,
});

const task = membersSchema({
  id: TEXT,
  appId: TEXT,
  host: TEXT,
  'slaveId?': TEXT,
  state: TEXT,
  role: TEXT,
  ports: listSchema(INTEGER),
  servicePorts: listSchema(INTEGER),
  ipAddresses: listSchema(membersSchema({ ipAddress: TEXT, protocol: TEXT })),
  'stagedAt?': TIME,
  'startedAt?': TIME,
  'version?': TIME,
  healthCheckResults: listSchema(health),
  'checkResult?': ANY,
  localVolumes: listSchema(localVolume),
  'region?': TEXT,
  'zone?': TEXT,
});

const counts = membersSchema({
  version: TIME,
  versionInfo: membersSchema({ lastScalingAt: TIME, lastConfigChangeAt: TIME }),
  'tasksStaged?': INTEGER,
  'tasksRunning?': INTEGER,
  'tasksHealthy?': INTEGER,
  'tasksUnhealthy?': INTEGER,
  'deployments?': listSchema(membersSchema({ id: TEXT })),
  'tasks?': listSchema(refer('Task')),
  'tasksStats?': ANY,
  'lastTaskFailure?': ANY,
  'readinessCheckResults?': listSchema(ANY),
});

const funnel = listSchema(membersSchema({ reason: TEXT, declined: INTEGER, processed: INTEGER }));

const queueItem = membersSchema({
  'app?': refer('AppUpdate'),
  'pod?': refer('Pod'),
  count: INTEGER,
  role: TEXT,
  delay: membersSchema({ timeLeftSeconds: INTEGER, overdue: FLAG }),
  since: TIME,
  processedOffersSummary: membersSchema({
    processedOffersCount: INTEGER,
    unusedOffersCount: INTEGER,
    'lastUnusedOfferAt?': TIME,
    'lastUsedOfferAt?': TIME,
    rejectSummaryLastOffers: funnel,
    rejectSummaryLaunchAttempt: funnel,
  }),
  'lastUnusedOffers?': listSchema(membersSchema({ offer: ANY, reason: TEXTS, timestamp: TIME })),
  'heldKills?': TEXTS,
});

const deployment = membersSchema({
  id: TEXT,
  version: TIME,
  affectedApps: TEXTS,
  affectedPods: TEXTS,
  steps,
  currentStep: INTEGER,
  totalSteps: INTEGER,
  currentActions: listSchema(ANY),
  'reason?': TEXT,
  'startedAt?': TIME,
  'deadlineAt?': TIME,
});

const group = membersSchema({
  id: TEXT,
  'apps?': listSchema(refer('App')),
  'pods?': listSchema(refer('PodStatus')),
  'groups?': listSchema(refer('Group')),
  'dependencies?': TEXTS,
  'version?': TIME,
  'enforceRole?': FLAG,
});

const network = membersSchema({ 'name?': TEXT, addresses: TEXTS });

const condition = membersSchema({
  name: TEXT,
  lastChanged: TIME,
  lastUpdated: TIME,
  value: TEXT,
  'reason?': TEXT,
});

const container = membersSchema({
  name: TEXT,
  status: TEXT,
  statusSince: TIME,
  conditions: listSchema(condition),
  containerId: TEXT,
  endpoints: listSchema(membersSchema({ name: TEXT, 'allocatedHostPort?': INTEGER, 'healthy?': FLAG })),
  'resources?': ANY,
  'termination?': membersSchema({ message: TEXT }),
  lastUpdated: TIME,
  lastChanged: TIME,
});

const podInstance = membersSchema({
  id: TEXT,
  status: TEXT,
  statusSince: TIME,
  'message?': TEXT,
  conditions: listSchema(condition),
  'agentHostname?': TEXT,
  'agentId?': TEXT,
  'agentRegion?': TEXT,
  'agentZone?': TEXT,
  resources: ANY,
  networks: listSchema(network),
  containers: listSchema(container),
  specReference: TEXT,
  localVolumes: listSchema(localVolume),
  lastUpdated: TIME,
  lastChanged: TIME,
  role: TEXT,
});

const podStatus = membersSchema({
  id: TEXT,
  spec: refer('Pod'),
  status: TEXT,
  statusSince: TIME,
  instances: listSchema(podInstance),
  terminationHistory: listSchema(
    membersSchema({
      instanceID: TEXT,
      startedAt: TIME,
      terminatedAt: TIME,
      message: TEXT,
      containers: listSchema(membersSchema({ containerId: TEXT, lastKnownState: TEXT })),
    }),
  ),
  lastUpdated: TIME,
  lastChanged: TIME,
});

/** An instance in the answers to kills. */
const killedInstance = membersSchema({
  instanceId: TEXT,
  state: membersSchema({
    condition: TEXT,
    since: TIME,
    'activeSince?': TIME,
    'healthy?': FLAG,
    goal: TEXT,
  }),
  'agentInfo?': membersSchema({
    host: TEXT,
    'agentId?': TEXT,
    'region?': TEXT,
    'zone?': TEXT,
    attributes: listSchema(ANY),
  }),
  runSpecVersion: TIME,
  unreachableStrategy: ANY,
});

export const ANSWER_SCHEMAS = {
  App: { allOf: [refer('AppUpdate'), counts] },
  AppAnswer: membersSchema({ app: refer('App') }),
  Apps: membersSchema({ apps: listSchema(refer('App')) }),
  AppList: listSchema(refer('App')),
  Task: task,
  Tasks: membersSchema({ tasks: listSchema(refer('Task')) }),
  Killed: {
    oneOf: [
      membersSchema({ tasks: listSchema(refer('Task')) }),
      membersSchema({ task: refer('Task') }),
      refer('DeploymentResult'),
    ],
  },
  Versions: membersSchema({ versions: listSchema(TIME) }),
  VersionList: listSchema(TIME),
  Pod: { allOf: [refer('PodUpdate'), membersSchema({ version: TIME })] },
  PodInstance: killedInstance,
  PodInstances: listSchema(refer('PodInstance')),
  PodList: listSchema(refer('Pod')),
  PodStatus: podStatus,
  PodStatusList: listSchema(refer('PodStatus')),
  Group: group,
  GroupResult: { oneOf: [refer('DeploymentResult'), membersSchema({ steps })] },
  Deployments: listSchema(deployment),
  DeploymentResult: membersSchema({ version: TIME, deploymentId: TEXT }),
  Queue: membersSchema({ queue: listSchema(queueItem) }),
  Leader: membersSchema({ leader: TEXT }),
  Plugins: membersSchema({ plugins: listSchema(ANY) }),
  Loggers: mapSchema(TEXT),
  Object: ANY,
  Error: membersSchema({
    message: TEXT,
    'details?': {
      oneOf: [TEXT, listSchema(membersSchema({ path: TEXT, errors: TEXTS, 'messages?': TEXTS }))],
    },
    'deployments?': listSchema(membersSchema({ id: TEXT })),
  }),
  Metrics: membersSchema({
    version: TEXT,
    counters: mapSchema(membersSchema({ count: NUMBER })),
    gauges: mapSchema(membersSchema({ value: NUMBER })),
    histograms: mapSchema(ANY),
    meters: mapSchema(ANY),
    timers: mapSchema(ANY),
  }),
} as const satisfies Partial<Readonly<Record<SchemaName, Schema>>>;
