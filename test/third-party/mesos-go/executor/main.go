// An executor as a user of mesos-go's v0 driver would write it: its tasks run until a message or a kill ends them.
package main

import (
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/gogo/protobuf/proto"
	exec "github.com/mesos/mesos-go/api/v0/executor"
	mesos "github.com/mesos/mesos-go/api/v0/mesosproto"
)

type executor struct {
	lock sync.Mutex
}

func (e *executor) say(words ...interface{}) {
	e.lock.Lock()
	defer e.lock.Unlock()
	fmt.Println(words...)
}

func (e *executor) update(driver exec.ExecutorDriver, task string, state mesos.TaskState) {
	status := &mesos.TaskStatus{TaskId: &mesos.TaskID{Value: proto.String(task)}, State: state.Enum()}
	if _, err := driver.SendStatusUpdate(status); err != nil {
		e.say("failed", err)
	}
}

func (e *executor) Registered(_ exec.ExecutorDriver, info *mesos.ExecutorInfo, framework *mesos.FrameworkInfo, _ *mesos.SlaveInfo) {
	e.say("registered", info.GetExecutorId().GetValue(), framework.GetName())
}

func (e *executor) Reregistered(exec.ExecutorDriver, *mesos.SlaveInfo) { e.say("reregistered") }

func (e *executor) Disconnected(exec.ExecutorDriver) { e.say("disconnected") }

func (e *executor) LaunchTask(driver exec.ExecutorDriver, task *mesos.TaskInfo) {
	id := task.GetTaskId().GetValue()
	e.say("launch", id)
	e.update(driver, id, mesos.TaskState_TASK_RUNNING)
}

func (e *executor) KillTask(driver exec.ExecutorDriver, id *mesos.TaskID) {
	e.say("kill", id.GetValue())
	e.update(driver, id.GetValue(), mesos.TaskState_TASK_KILLED)
}

func (e *executor) FrameworkMessage(driver exec.ExecutorDriver, message string) {
	words := strings.Fields(message)
	e.say("message", message)
	if len(words) == 2 && words[0] == "finish" {
		e.update(driver, words[1], mesos.TaskState_TASK_FINISHED)
		return
	}
	driver.SendFrameworkMessage("heard " + message)
}

func (e *executor) Shutdown(exec.ExecutorDriver) { e.say("shutdown") }

func (e *executor) Error(_ exec.ExecutorDriver, text string) { e.say("error", text) }

func main() {
	driver, err := exec.NewMesosExecutorDriver(exec.DriverConfig{Executor: &executor{}})
	if err != nil {
		fmt.Println("no driver:", err)
		os.Exit(1)
	}
	status, err := driver.Run()
	fmt.Println("end", status, err)
}
