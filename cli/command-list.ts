/**
 * The list of commands. A new command is a row.
 */

import type { CommandRow } from './command';

export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'up',
    about: 'Run a whole cluster on this machine, until Ctrl-C',
    load: async () => (await import('./commands/up')).upCommand,
  },
  {
    name: 'status',
    about: 'Show how the parts of a cluster are',
    load: async () => (await import('./commands/status')).status,
  },
  {
    name: 'down',
    about: "Stop the cluster that 'meseta up' runs on this machine",
    load: async () => (await import('./commands/down')).down,
  },
  {
    name: 'demo',
    about: 'Show it: a cluster with two agents, an app, its names and its traffic',
    load: async () => (await import('./commands/demo')).demoCommand,
  },
  {
    name: 'run',
    about: 'Run a task and follow it to its end, with the flags of mesos-execute',
    load: async () => (await import('./commands/run')).run,
  },
  { name: 'app list', about: 'List the apps', load: async () => (await import('./commands/app')).list },
  {
    name: 'app show',
    about: 'Show an app and its tasks',
    load: async () => (await import('./commands/app')).show,
  },
  {
    name: 'app explain',
    about: 'Tell why instances of an app wait, agent by agent, and the smallest change that would place them',
    load: async () => (await import('./commands/app-explain')).explain,
  },
  {
    name: 'app plan',
    about: 'Tell what an app in a JSON file would start and stop, and where',
    load: async () => (await import('./commands/plan')).appPlan,
  },
  {
    name: 'app history',
    about: 'List the versions of an app, and what changed in each',
    load: async () => (await import('./commands/app-history')).history,
  },
  {
    name: 'app diff',
    about: 'Compare two versions of an app',
    load: async () => (await import('./commands/app-history')).diff,
  },
  {
    name: 'app rollback',
    about: 'Go back to an earlier version of an app',
    load: async () => (await import('./commands/app-history')).rollback,
  },
  {
    name: 'group list',
    about: 'List the groups',
    load: async () => (await import('./commands/group')).list,
  },
  {
    name: 'group show',
    about: 'Show a group and its apps: ID, / for all',
    load: async () => (await import('./commands/group')).show,
  },
  {
    name: 'group update',
    about: 'Make or change a group with its apps by a JSON file',
    load: async () => (await import('./commands/group')).update,
  },
  {
    name: 'group plan',
    about: 'Tell what a group in a JSON file would start and stop, and where',
    load: async () => (await import('./commands/plan')).groupPlan,
  },
  {
    name: 'group delete',
    about: 'Remove a group with all apps in it',
    load: async () => (await import('./commands/group')).remove,
  },
  {
    name: 'deployment list',
    about: 'List the running deployments, and what they wait for',
    load: async () => (await import('./commands/deployment')).list,
  },
  {
    name: 'deployment show',
    about: 'Show the steps of a deployment',
    load: async () => (await import('./commands/deployment')).show,
  },
  {
    name: 'deployment cancel',
    about: 'Take a deployment back, or end it where it is (--force)',
    load: async () => (await import('./commands/deployment')).cancel,
  },
  {
    name: 'deployment watch',
    about: 'Follow a deployment until it has ended',
    load: async () => (await import('./commands/deployment')).watch,
  },
  {
    name: 'app create',
    about: 'Make an app from a JSON file (- for standard input)',
    load: async () => (await import('./commands/app-change')).create,
  },
  {
    name: 'app update',
    about: 'Change an app by a JSON file; fields it does not name stay',
    load: async () => (await import('./commands/app-change')).update,
  },
  {
    name: 'app apply',
    about: 'Create or change an app by a JSON file',
    load: async () => (await import('./commands/app-change')).apply,
  },
  {
    name: 'app scale',
    about: 'Change the number of instances',
    load: async () => (await import('./commands/app-change')).scale,
  },
  {
    name: 'app restart',
    about: 'Replace all tasks of an app, a few at a time',
    load: async () => (await import('./commands/app-change')).restart,
  },
  {
    name: 'app remove',
    about: 'Remove an app and its tasks',
    load: async () => (await import('./commands/app-change')).remove,
  },
  {
    name: 'pod list',
    about: 'List the pods',
    load: async () => (await import('./commands/pod')).list,
  },
  {
    name: 'pod show',
    about: 'Show a pod and its containers',
    load: async () => (await import('./commands/pod')).show,
  },
  {
    name: 'pod status',
    about: 'Show the instances of a pod, and the state of each container',
    load: async () => (await import('./commands/pod')).status,
  },
  {
    name: 'pod versions',
    about: 'List the versions of a pod, and what changed in each',
    load: async () => (await import('./commands/pod')).versions,
  },
  {
    name: 'pod create',
    about: 'Make a pod from a JSON file (- for standard input)',
    load: async () => (await import('./commands/pod-change')).create,
  },
  {
    name: 'pod update',
    about: 'Replace a pod by a JSON file',
    load: async () => (await import('./commands/pod-change')).update,
  },
  {
    name: 'pod plan',
    about: 'Tell what a pod in a JSON file would start and stop, and where',
    load: async () => (await import('./commands/plan')).podPlan,
  },
  {
    name: 'pod scale',
    about: 'Change the number of instances of a pod',
    load: async () => (await import('./commands/pod-change')).scale,
  },
  {
    name: 'pod kill',
    about: 'Kill an instance of a pod; it is launched again',
    load: async () => (await import('./commands/pod-change')).kill,
  },
  {
    name: 'pod remove',
    about: 'Remove a pod and its instances',
    load: async () => (await import('./commands/pod-change')).remove,
  },
  {
    name: 'job list',
    about: 'List the jobs',
    load: async () => (await import('./commands/job')).list,
  },
  {
    name: 'job show',
    about: 'Show a job, its next slots and what it waits for',
    load: async () => (await import('./commands/job')).show,
  },
  {
    name: 'job create',
    about: 'Make a job from a JSON file (- for standard input)',
    load: async () => (await import('./commands/job-change')).create,
  },
  {
    name: 'job apply',
    about: 'Create or change a job by a JSON file; one that changes nothing starts nothing',
    load: async () => (await import('./commands/job-change')).apply,
  },
  {
    name: 'job edit',
    about: 'Change a job in an editor',
    load: async () => (await import('./commands/job-edit')).edit,
  },
  {
    name: 'job run',
    about: 'Start a job now',
    load: async () => (await import('./commands/job-change')).run,
  },
  {
    name: 'job kill',
    about: 'Kill the tasks of a job',
    load: async () => (await import('./commands/job-change')).kill,
  },
  {
    name: 'job pause',
    about: 'Start nothing of a job until it is resumed',
    load: async () => (await import('./commands/job-change')).pause,
  },
  {
    name: 'job resume',
    about: 'End the pause of a job',
    load: async () => (await import('./commands/job-change')).resume,
  },
  {
    name: 'job history',
    about: 'List the runs of a job, and its slots without one',
    load: async () => (await import('./commands/job-runs')).history,
  },
  {
    name: 'job logs',
    about: 'Print the output of a run',
    load: async () => (await import('./commands/job-runs')).logs,
  },
  {
    name: 'job next',
    about: 'Show the next slots of a job',
    load: async () => (await import('./commands/job')).next,
  },
  {
    name: 'job graph',
    about: 'Show which jobs run after which',
    load: async () => (await import('./commands/job')).graph,
  },
  {
    name: 'job explain',
    about: 'Say what a job waits for',
    load: async () => (await import('./commands/job')).explain,
  },
  {
    name: 'job remove',
    about: 'Remove a job; its children keep their other parents',
    load: async () => (await import('./commands/job-change')).remove,
  },
  {
    name: 'job import',
    about: 'Import the jobs of the original Chronos from its tree in ZooKeeper',
    load: async () => (await import('./commands/job-import')).importJobs,
  },
  {
    name: 'task list',
    about: 'List the tasks',
    load: async () => (await import('./commands/inspect')).tasks,
  },
  {
    name: 'task logs',
    about: 'Print the output of a task',
    load: async () => (await import('./commands/task-logs')).logs,
  },
  {
    name: 'task files ls',
    about: 'List the files in the sandbox of a task',
    load: async () => (await import('./commands/task-files')).files,
  },
  {
    name: 'task files get',
    about: 'Copy a file or a folder out of the sandbox of a task (- for standard output)',
    load: async () => (await import('./commands/task-files')).get,
  },
  {
    name: 'task exec',
    about: 'Run a command in the container of a task; -it gives it this terminal',
    load: async () => (await import('./commands/task-exec')).exec,
  },
  {
    name: 'task attach',
    about: 'Attach this terminal to a task that has one; Ctrl-P Ctrl-Q leaves it',
    load: async () => (await import('./commands/task-exec')).attach,
  },
  {
    name: 'agent containers',
    about: 'List the containers of an agent',
    load: async () => (await import('./commands/agent-containers')).containers,
  },
  {
    name: 'app logs',
    about: 'Print the output of all tasks of an app',
    load: async () => (await import('./commands/app-logs')).logs,
  },
  {
    name: 'agent list',
    about: 'List the agents',
    load: async () => (await import('./commands/agents')).list,
  },
  {
    name: 'agent show',
    about: 'Show an agent, its resources and its tasks',
    load: async () => (await import('./commands/agents')).show,
  },
  {
    name: 'agent drain',
    about: 'Kill the tasks of an agent and give it no new ones',
    load: async () => (await import('./commands/operate')).drain,
  },
  {
    name: 'agent deactivate',
    about: 'Offer an agent to nobody',
    load: async () => (await import('./commands/operate')).deactivate,
  },
  {
    name: 'agent reactivate',
    about: 'Offer an agent again',
    load: async () => (await import('./commands/operate')).reactivate,
  },
  {
    name: 'agent gone',
    about: 'Give an agent up for good',
    load: async () => (await import('./commands/operate')).gone,
  },
  {
    name: 'framework list',
    about: 'List the frameworks',
    load: async () => (await import('./commands/frameworks')).list,
  },
  {
    name: 'framework show',
    about: 'Show a framework, its roles and tasks',
    load: async () => (await import('./commands/frameworks')).show,
  },
  {
    name: 'operation list',
    about: 'List operations on resources that are under way',
    load: async () => (await import('./commands/resources')).list,
  },
  {
    name: 'operation reserve',
    about: 'Reserve resources of an agent: AGENT "cpus(web):2;mem(web):512"',
    load: async () => (await import('./commands/resources')).reserve,
  },
  {
    name: 'operation unreserve',
    about: 'Give reserved resources of an agent back',
    load: async () => (await import('./commands/resources')).unreserve,
  },
  {
    name: 'operation create-volume',
    about: 'Make a persistent volume of reserved disk: AGENT ID --role=R --size=MB',
    load: async () => (await import('./commands/resources')).createVolume,
  },
  {
    name: 'operation destroy-volume',
    about: 'Destroy a persistent volume and what is on it',
    load: async () => (await import('./commands/resources')).destroyVolume,
  },
  {
    name: 'operation grow-volume',
    about: 'Make a persistent volume larger',
    load: async () => (await import('./commands/resources')).growVolume,
  },
  {
    name: 'operation shrink-volume',
    about: 'Make a persistent volume smaller',
    load: async () => (await import('./commands/resources')).shrinkVolume,
  },
  {
    name: 'framework teardown',
    about: 'Remove a framework and its tasks',
    load: async () => (await import('./commands/operate')).teardown,
  },
  {
    name: 'maintenance show',
    about: 'Show the machines that are planned to be away',
    load: async () => (await import('./commands/maintenance')).show,
  },
  {
    name: 'maintenance status',
    about: 'Show what frameworks answered about machines under maintenance',
    load: async () => (await import('./commands/maintenance')).status,
  },
  {
    name: 'maintenance schedule',
    about: 'Plan machines to be away; a machine is an agent, a host name, or HOSTNAME@IP',
    load: async () => (await import('./commands/maintenance')).schedule,
  },
  {
    name: 'maintenance down',
    about: 'Take planned machines down, with the agents on them',
    load: async () => (await import('./commands/maintenance')).down,
  },
  {
    name: 'maintenance up',
    about: 'End the maintenance of machines that are down',
    load: async () => (await import('./commands/maintenance')).up,
  },
  {
    name: 'role list',
    about: 'List the roles, what they have and their quotas',
    load: async () => (await import('./commands/roles')).list,
  },
  {
    name: 'role show',
    about: 'Show a role',
    load: async () => (await import('./commands/roles')).show,
  },
  {
    name: 'quota list',
    about: 'List the quotas',
    load: async () => (await import('./commands/roles')).quotas,
  },
  {
    name: 'quota set',
    about: 'Guarantee a role something, or limit it',
    load: async () => (await import('./commands/roles')).setQuota,
  },
  {
    name: 'quota remove',
    about: 'Take the quota of a role away',
    load: async () => (await import('./commands/roles')).removeQuota,
  },
  {
    name: 'weights list',
    about: 'List the weights of roles',
    load: async () => (await import('./commands/roles')).weights,
  },
  {
    name: 'weights set',
    about: 'Change the weights of roles',
    load: async () => (await import('./commands/roles')).setWeights,
  },
  {
    name: 'explain framework',
    about: 'Say why a framework gets no offers, agent by agent',
    load: async () => (await import('./commands/explain')).framework,
  },
  {
    name: 'explain role',
    about: 'Say why the frameworks of a role get no offers',
    load: async () => (await import('./commands/explain')).role,
  },
  {
    name: 'explain task',
    about: 'Say what became of a task, and why its framework gets no more',
    load: async () => (await import('./commands/explain')).task,
  },
  { name: 'master', about: 'Run a master', load: async () => (await import('./daemons/master')).master },
  {
    name: 'agent',
    about: 'Run an agent; its tasks go on when it stops',
    load: async () => (await import('./daemons/agent')).agent,
  },
  {
    name: 'executor',
    about: 'Run the built-in command executor; an agent starts it with MESOS_* variables',
    load: async () => (await import('./daemons/executor')).executor,
  },
  {
    name: 'marathon',
    about: 'Run Marathon',
    load: async () => (await import('./daemons/marathon')).marathon,
  },
  {
    name: 'chronos',
    about: 'Run Chronos',
    load: async () => (await import('./daemons/chronos')).chronos,
  },
  {
    name: 'dns',
    about: 'Serve the names of a cluster',
    load: async () => (await import('./daemons/dns')).dns,
  },
  {
    name: 'dns explain',
    about: 'Say where the answers for a name come from',
    load: async () => (await import('./commands/dns-explain')).dnsExplain,
  },
  {
    name: 'lb',
    about: 'Run HAProxy with a configuration that follows Marathon',
    load: async () => (await import('./daemons/lb')).lb,
  },
  {
    name: 'lb render',
    about: 'Print the configuration a list of apps would get',
    load: async () => (await import('./commands/lb-render')).lbRender,
  },
  {
    name: 'lb top',
    about: 'Show the traffic of each version of each app',
    load: async () => (await import('./commands/lb-top')).lbTop,
  },
  {
    name: 'lb labels',
    about: 'List the labels of apps and what they do',
    load: async () => (await import('./commands/lb-labels')).lbLabels,
  },
  {
    name: 'lb zdd',
    about: 'Replace an app by its next version without losing a request',
    load: async () => (await import('./commands/lb-zdd')).lbZdd,
  },
  {
    name: 'emulate agents',
    about: 'Many agents that run nothing, behind one socket',
    load: async () => (await import('./commands/emulate')).emulateAgents,
  },
  {
    name: 'replay',
    about: 'Run a recording again and compare the state it leads to',
    load: async () => (await import('./commands/replay')).replayCommand,
  },
  {
    name: 'state accept',
    about: 'Go on with what is left of a damaged store: FOLDER',
    load: async () => (await import('./commands/state')).accept,
  },
  {
    name: 'state export',
    about: 'Write the state of master, marathon or chronos to one file: COMPONENT FILE',
    load: async () => (await import('./commands/state')).exportState,
  },
  {
    name: 'state import',
    about: 'Restore the state of a component from such a file: COMPONENT FILE',
    load: async () => (await import('./commands/state')).importState,
  },
];

/** Descriptions of words that only group commands. */
export const GROUPS: Readonly<Record<string, string>> = {
  app: 'Look after apps',
  group: 'Look after groups of apps',
  deployment: 'Look after running deployments',
  pod: 'Look after pods: containers that run side by side',
  job: 'Look after jobs',
  task: 'Look after tasks',
  files: 'Look after the files of a task',
  framework: 'Look after frameworks',
  operation: 'Reserve resources and make persistent volumes',
  maintenance: 'Plan machines to be away',
  role: 'Look at roles and what they have',
  quota: 'Guarantee roles something, or limit them',
  weights: 'Let roles have more than others',
  explain: 'Say why a framework, a role or a task gets nothing',
  state: 'Look after the states of components: save, restore, accept',
  emulate: 'Make up parts of a cluster, to try others at size',
};
