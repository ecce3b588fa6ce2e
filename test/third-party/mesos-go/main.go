// A scheduler as a user of mesos-go's v0 driver would write it: it launches one task, asks about it, and prints what it
// is told, one line each. A line on its input ends it: "kill" for the task, "stop" for the framework.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"net"
	"os"

	"github.com/gogo/protobuf/proto"
	"github.com/mesos/mesos-go/api/v0/auth"
	_ "github.com/mesos/mesos-go/api/v0/auth/sasl"
	_ "github.com/mesos/mesos-go/api/v0/auth/sasl/mech/crammd5"
	mesos "github.com/mesos/mesos-go/api/v0/mesosproto"
	util "github.com/mesos/mesos-go/api/v0/mesosutil"
	sched "github.com/mesos/mesos-go/api/v0/scheduler"
	"golang.org/x/net/context"
)

const task = "from-go"

type scheduler struct{ launches bool }

func (s *scheduler) Registered(_ sched.SchedulerDriver, id *mesos.FrameworkID, master *mesos.MasterInfo) {
	fmt.Println("registered", id.GetValue(), master.GetPid())
}

func (s *scheduler) Reregistered(sched.SchedulerDriver, *mesos.MasterInfo) {
	fmt.Println("reregistered")
}

func (s *scheduler) Disconnected(sched.SchedulerDriver) { fmt.Println("disconnected") }

func (s *scheduler) ResourceOffers(driver sched.SchedulerDriver, offers []*mesos.Offer) {
	soon := &mesos.Filters{RefuseSeconds: proto.Float64(1)}
	for _, offer := range offers {
		if !s.launches {
			driver.DeclineOffer(offer.Id, soon)
			continue
		}
		s.launches = false
		info := &mesos.TaskInfo{
			Name:      proto.String(task),
			TaskId:    util.NewTaskID(task),
			SlaveId:   offer.SlaveId,
			Command:   &mesos.CommandInfo{Value: proto.String("sleep 300")},
			Resources: []*mesos.Resource{util.NewScalarResource("cpus", 0.1), util.NewScalarResource("mem", 32)},
		}
		driver.LaunchTasks([]*mesos.OfferID{offer.Id}, []*mesos.TaskInfo{info}, soon)
	}
}

func (s *scheduler) OfferRescinded(_ sched.SchedulerDriver, id *mesos.OfferID) {
	fmt.Println("rescinded", id.GetValue())
}

func (s *scheduler) StatusUpdate(driver sched.SchedulerDriver, status *mesos.TaskStatus) {
	isAnswer := status.Reason != nil && status.GetReason() == mesos.TaskStatus_REASON_RECONCILIATION
	if isAnswer {
		fmt.Println("reconciled", status.GetTaskId().GetValue(), status.GetState())
		return
	}
	fmt.Println("update", status.GetTaskId().GetValue(), status.GetState())
	if status.GetState() == mesos.TaskState_TASK_RUNNING {
		driver.ReconcileTasks([]*mesos.TaskStatus{status})
	}
}

func (s *scheduler) FrameworkMessage(sched.SchedulerDriver, *mesos.ExecutorID, *mesos.SlaveID, string) {
}

func (s *scheduler) SlaveLost(_ sched.SchedulerDriver, id *mesos.SlaveID) {
	fmt.Println("lost", id.GetValue())
}

func (s *scheduler) ExecutorLost(sched.SchedulerDriver, *mesos.ExecutorID, *mesos.SlaveID, int) {}

func (s *scheduler) Error(_ sched.SchedulerDriver, message string) { fmt.Println("error", message) }

func main() {
	master := flag.String("master", "", "master's ip:port")
	id := flag.String("id", "", "of the framework to take over")
	principal := flag.String("principal", "", "who to show to be")
	secret := flag.String("secret", "", "file with the principal's secret")
	flag.Parse()
	framework := &mesos.FrameworkInfo{
		User:            proto.String("root"),
		Name:            proto.String("mesos-go"),
		FailoverTimeout: proto.Float64(60),
	}
	config := sched.DriverConfig{
		Scheduler:      &scheduler{launches: *id == ""},
		Framework:      framework,
		Master:         *master,
		BindingAddress: net.ParseIP("127.0.0.1"),
	}
	if *id != "" {
		framework.Id = util.NewFrameworkID(*id)
	}
	if *principal != "" {
		text, err := os.ReadFile(*secret)
		if err != nil {
			panic(err)
		}
		framework.Principal = principal
		config.Credential = &mesos.Credential{Principal: principal, Secret: proto.String(string(text))}
		config.WithAuthContext = func(parent context.Context) context.Context {
			return auth.WithLoginProvider(parent, "SASL")
		}
	}
	driver, err := sched.NewMesosSchedulerDriver(config)
	if err != nil {
		panic(err)
	}
	go obey(driver)
	status, _ := driver.Run()
	fmt.Println("end", status)
}

func obey(driver sched.SchedulerDriver) {
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if lines.Text() == "kill" {
			driver.KillTask(util.NewTaskID(task))
		} else {
			driver.Stop(false)
		}
	}
}
