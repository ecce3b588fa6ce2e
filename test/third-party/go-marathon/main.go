// Every call of go-marathon against one server; each result is a line of JSON.
package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"sort"
	"sync"
	"time"

	marathon "github.com/gambol99/go-marathon"
)

const wait = 30 * time.Second

type heard struct {
	sync.Mutex
	names map[string]int
}

func (h *heard) listen(events marathon.EventsChannel) {
	for event := range events {
		h.Lock()
		h.names[event.Name]++
		h.Unlock()
	}
}

func (h *heard) count(name string) int {
	h.Lock()
	defer h.Unlock()
	return h.names[name]
}

func show(name string, result interface{}, err error) {
	if err != nil {
		result = "error: " + err.Error()
	}
	line, _ := json.Marshal([]interface{}{name, result})
	fmt.Println(string(line))
}

func until(ask func() bool) {
	for end := time.Now().Add(wait); !ask(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			panic("waited in vain")
		}
	}
}

func ids(tasks *marathon.Tasks) []string {
	var all []string
	for _, task := range tasks.Tasks {
		all = append(all, task.ID)
	}
	return all
}

type conversation struct {
	marathon.Marathon
	address string
}

func connect(address, user, password string) (marathon.Marathon, error) {
	config := marathon.NewDefaultConfig()
	config.URL = address
	config.HTTPBasicAuthUser = user
	config.HTTPBasicPassword = password
	config.EventsTransport = marathon.EventsTransportSSE
	config.PollingWaitTime = 20 * time.Millisecond
	return marathon.NewClient(config)
}

func app(id string) *marathon.Application {
	return new(marathon.Application).Name(id).Command("exec sleep 1000").CPU(0.1).Memory(16).Count(1)
}

// An app with a health check of Marathon's, and a server as its command.
func web(id string) *marathon.Application {
	definition := app(id).Command(os.Args[4]).Memory(64)
	definition.AddPortDefinition(marathon.PortDefinition{Protocol: "tcp", Name: "http"})
	check := marathon.HealthCheck{Protocol: "HTTP", IntervalSeconds: 1}
	return definition.AddHealthCheck(check.SetPath("/").SetPortIndex(0))
}

// An app as it was written before Marathon 1.5.
func docker(id string) *marathon.Application {
	definition := marathon.NewDockerApplication().Name(id).CPU(0.1).Memory(16).Count(0)
	definition.Container.Docker.Container("busybox").Bridged().Expose(80).SetPrivileged(true)
	definition.Container.Volume("/tmp", "/data", "RO")
	return definition
}

func (c *conversation) running(id string, count int) *marathon.Tasks {
	var tasks *marathon.Tasks
	until(func() bool {
		shown, err := c.Application(id)
		if err != nil || len(shown.Deployments) > 0 || shown.TasksRunning != count {
			return false
		}
		tasks, err = c.Tasks(id)
		return err == nil && len(tasks.Tasks) == count
	})
	return tasks
}

func (c *conversation) deployed(name string, id *marathon.DeploymentID, err error) {
	show(name, id != nil && id.DeploymentID != "" && id.Version != "", err)
	if err == nil {
		if err = c.WaitOnDeployment(id.DeploymentID, wait); err != nil {
			panic(err)
		}
	}
}

func (c *conversation) system() {
	ping, err := c.Ping()
	show("ping", ping, err)
	info, err := c.Info()
	show("info", []interface{}{info.Name, info.MarathonConfig.FrameworkName, info.FrameworkID != ""}, err)
	leader, err := c.Leader()
	show("leader", leader == info.Leader, err)
	show("url", c.GetMarathonURL() == c.address, nil)
}

func (c *conversation) apps() {
	definition := web("/theirs").AddLabel("kind", "web").AddEnv("A", "1").AddConstraint("hostname", "GROUP_BY")
	definition.AddUris().AddFetchURIs()
	created, err := c.CreateApplication(definition)
	show("create", created.ID, err)
	show("wait", nil, c.WaitOnApplication("/theirs", wait))
	_, err = c.CreateApplication(app("/theirs"))
	show("create again", nil, err)
	_, err = c.CreateApplication(app("/wrong").CPU(-1))
	show("create wrong", nil, err)
	_, err = c.CreateApplication(app("/wrong").AddConstraint("hostname", "NEAR"))
	show("create refused", nil, err)
	names, err := c.ListApplications(url.Values{"label": {"kind==web"}})
	show("list", names, err)
	all, err := c.Applications(url.Values{"embed": {"apps.tasks", "apps.counts"}})
	show("apps", []interface{}{len(all.Apps), len(all.Apps[0].Tasks), all.Apps[0].TasksRunning}, err)
	shown, err := c.ApplicationBy("theirs", &marathon.GetAppOpts{Embed: []string{"app.taskStats", "app.readiness"}})
	show("app", []interface{}{*shown.Labels, *shown.Env, *shown.Constraints, shown.AllTaskRunning()}, err)
	_, err = c.Application("nothing")
	show("app of nothing", nil, err)
	ok, err := c.ApplicationOK("/theirs")
	show("ok", ok, err)

	first := shown.Version
	deployment, err := c.ScaleApplicationInstances("/theirs", 2, true)
	c.deployed("scale", deployment, err)
	change := web("/theirs").AddEnv("A", "2").EmptyConstraints()
	deployment, err = c.UpdateApplication(change, true)
	c.deployed("update", deployment, err)
	versions, err := c.ApplicationVersions("/theirs")
	show("versions", len(versions.Versions), err)
	has, err := c.HasApplicationVersion("/theirs", first)
	show("has version", has, err)
	old, err := c.ApplicationByVersion("/theirs", first)
	show("version", []interface{}{*old.Env, *old.Instances}, err)
	deployment, err = c.SetApplicationVersion("/theirs", &marathon.ApplicationVersion{Version: first})
	c.deployed("set version", deployment, err)
	before := ids(c.running("/theirs", 1))
	deployment, err = c.RestartApplication("/theirs", true)
	c.deployed("restart", deployment, err)
	show("restarted", ids(c.running("/theirs", 1))[0] != before[0], nil)
}

func (c *conversation) tasks() {
	deployment, err := c.ScaleApplicationInstances("/theirs", 3, false)
	c.deployed("scale up", deployment, err)
	theirs := c.running("/theirs", 3)
	all, err := c.AllTasks(&marathon.AllTasksOpts{Status: "running"})
	show("all tasks", []interface{}{len(all.Tasks), all.Tasks[0].AppID, all.Tasks[0].State, len(all.Tasks[0].Ports)}, err)
	created, err := c.CreateApplication(docker("/docker"))
	show("create with Docker", []interface{}{created.Container.Type, created.Container.Docker.Image}, err)
	endpoints, err := c.TaskEndpoints("/docker", 80, true)
	show("endpoints", endpoints, err)
	deployment, err = c.DeleteApplication("/docker", false)
	c.deployed("delete with Docker", deployment, err)
	_, err = c.KillTask("theirs.nobody", nil)
	show("kill unknown", nil, err)
	show("kill some", nil, c.KillTasks(ids(theirs)[:1], &marathon.KillTaskOpts{Scale: true}))
	killed, err := c.KillApplicationTasks("/theirs", &marathon.KillApplicationTasksOpts{Host: "127.0.0.1"})
	show("kill all", len(killed.Tasks) > 0, err)
	until(func() bool { return killed.Tasks[0].ID != ids(c.running("/theirs", 2))[0] })
}

func (c *conversation) deployments() {
	_, err := c.CreateApplication(app("/large").CPU(1000))
	show("create large", nil, err)
	until(func() bool {
		queue, err := c.Queue()
		return err == nil && len(queue.Items) == 1 && queue.Items[0].Count == 1
	})
	queue, err := c.Queue()
	show("queue", []interface{}{queue.Items[0].Application.ID, queue.Items[0].Delay.Overdue}, err)
	show("reset delay", nil, c.DeleteQueueDelay("/large"))
	_, err = c.UpdateApplication(app("/large"), false)
	show("locked", len(err.Error()) > 0 && err.(*marathon.APIError).ErrCode == marathon.ErrCodeAppLocked, nil)
	all, err := c.Deployments()
	show("deployments", []interface{}{len(all), all[0].AffectedApps, all[0].Steps, all[0].CurrentActions}, err)
	mine, err := c.ApplicationDeployments("/large")
	show("app's deployments", mine[0].DeploymentID == all[0].ID, err)
	has, err := c.HasDeployment(all[0].ID)
	show("has deployment", has, err)
	show("wait for it", nil, c.WaitOnDeployment(all[0].ID, time.Second/10))
	back, err := c.DeleteDeployment(all[0].ID, false)
	c.deployed("take back", back, err)
	_, err = c.DeleteApplication("/large", true)
	show("delete", nil, err)
}

func (c *conversation) groups() {
	group := marathon.NewApplicationGroup("/group").App(app("/group/one"))
	group.Groups = append(group.Groups, marathon.NewApplicationGroup("/group/inner").App(app("/group/inner/two").DependsOn("/group/one")))
	show("create group", nil, c.CreateGroup(group))
	show("wait for group", nil, c.WaitOnGroup("/group", wait))
	has, err := c.HasGroup("/group")
	show("has group", has, err)
	has, err = c.HasGroup("/nothing")
	show("has group of nothing", has, err)
	root, err := c.Groups()
	show("groups", []interface{}{root.ID, root.Groups[0].ID, root.Groups[0].Groups[0].Apps[0].Dependencies}, err)
	bare, err := c.GroupsBy(&marathon.GetGroupOpts{Embed: []string{"group.groups"}})
	show("groups without apps", []interface{}{len(bare.Groups), len(bare.Apps), len(bare.Groups[0].Apps)}, err)
	inner, err := c.Group("/group/inner")
	show("group", []interface{}{inner.ID, inner.Apps[0].ID}, err)
	counted, err := c.GroupBy("/group", &marathon.GetGroupOpts{Embed: []string{"group.apps", "group.apps.counts"}})
	show("group with counts", counted.Apps[0].TasksRunning, err)
	group.Groups = []*marathon.Group{}
	deployment, err := c.UpdateGroup("/group", group, true)
	c.deployed("update group", deployment, err)
	has, err = c.HasGroup("/group/inner")
	show("has inner group", has, err)
	deployment, err = c.DeleteGroup("/group", true)
	c.deployed("delete group", deployment, err)
}

func (c *conversation) events(all, some *heard, channel marathon.EventsChannel) {
	until(func() bool { return some.count("deployment_success") > 5 && all.count("status_update_event") > 5 })
	c.RemoveEventsListener(channel)
	var names []string
	all.Lock()
	for name := range all.names {
		names = append(names, name)
	}
	all.Unlock()
	sort.Strings(names)
	show("events", names, nil)
	show("some events", len(some.names), nil)
}

func main() {
	address, user, password := os.Args[1], os.Args[2], os.Args[3]
	stranger, _ := connect(address, user, "wrong")
	_, err := stranger.Applications(nil)
	show("without credentials", nil, err)
	// The first of the servers does not answer.
	client, err := connect("http://127.0.0.1:1,"+address[len("http://"):], user, password)
	if err != nil {
		panic(err)
	}
	c := &conversation{client, "http://127.0.0.1:1," + address[len("http://"):]}
	c.system()
	all, some := &heard{names: map[string]int{}}, &heard{names: map[string]int{}}
	events, err := c.AddEventsListener(1<<30 - 1)
	show("listen", nil, err)
	go all.listen(events)
	successes, err := c.AddEventsListener(marathon.EventIDDeploymentSuccess)
	show("listen again", nil, err)
	go some.listen(successes)
	c.apps()
	c.tasks()
	c.deployments()
	c.groups()
	callback := "http://127.0.0.1:9/callback"
	show("subscribe", nil, c.Subscribe(callback))
	subscriptions, err := c.Subscriptions()
	show("subscriptions", subscriptions, err)
	show("unsubscribe", nil, c.Unsubscribe(callback))
	deployment, err := c.DeleteApplication("/theirs", true)
	c.deployed("delete", deployment, err)
	c.events(all, some, events)
	_, err = c.AbdicateLeader()
	show("abdicate", nil, err)
}
