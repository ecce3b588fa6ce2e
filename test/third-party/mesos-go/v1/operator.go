package main

import (
	"context"

	"github.com/gogo/protobuf/proto"
	mesos "github.com/mesos/mesos-go/api/v1/lib"
	"github.com/mesos/mesos-go/api/v1/lib/httpcli/httpmaster"
	"github.com/mesos/mesos-go/api/v1/lib/master"
	"github.com/mesos/mesos-go/api/v1/lib/master/calls"
	"github.com/mesos/mesos-go/api/v1/lib/resources"
)

var sender = func() calls.Sender { return httpmaster.NewSender(client("/api/v1").Send) }

func ask(call *master.Call) *master.Response {
	answer := new(master.Response)
	response, err := sender().Send(context.Background(), calls.NonStreaming(call))
	if err == nil {
		defer response.Close()
		err = response.Decode(answer)
	}
	if err != nil {
		say("failed", call.GetType(), err)
		return answer
	}
	say("answer", answer.GetType())
	return answer
}

func tell(call *master.Call) {
	if err := calls.SendNoData(context.Background(), sender(), calls.NonStreaming(call)); err != nil {
		say("failed", call.GetType(), err)
		return
	}
	say("told", call.GetType())
}

// Asks whatever there is to ask, and changes what it changes back.
func operate() {
	for _, call := range []*master.Call{
		calls.GetHealth(), calls.GetFlags(), calls.GetVersion(), calls.GetMetrics(nil), calls.GetLoggingLevel(),
		calls.GetState(), calls.GetFrameworks(), calls.GetExecutors(), calls.GetOperations(), calls.GetTasks(),
		calls.GetRoles(), calls.GetWeights(), calls.GetMaster(), calls.GetMaintenanceStatus(),
		calls.GetMaintenanceSchedule(), calls.GetQuota(),
	} {
		ask(call)
	}
	agent := *ask(calls.GetAgents()).GetGetAgents().Agents[0].AgentInfo.ID
	disk := resources.NewDisk(10).Resource
	disk.Reservations = []mesos.Resource_ReservationInfo{{
		Type: mesos.Resource_ReservationInfo_DYNAMIC.Enum(), Role: proto.String("ops"), Principal: proto.String("ann"),
	}}
	volume := disk
	volume.Disk = &mesos.Resource_DiskInfo{
		Persistence: &mesos.Resource_DiskInfo_Persistence{ID: *codec, Principal: proto.String("ann")},
		Volume:      &mesos.Volume{Mode: mesos.RW.Enum(), ContainerPath: "data"},
	}
	tell(calls.UpdateWeights(mesos.WeightInfo{Role: proto.String("ops"), Weight: 2.5}))
	tell(calls.ReserveResources(agent, disk))
	tell(calls.CreateVolumes(agent, volume))
	tell(calls.DestroyVolumes(agent, volume))
	tell(calls.UnreserveResources(agent, disk))
	tell(calls.DeactivateAgent(agent))
	tell(calls.ReactivateAgent(agent))
	say("end")
}

// Prints the events of the master.
func watch() {
	response, err := sender().Send(context.Background(), calls.NonStreaming(calls.Subscribe()))
	for err == nil {
		event := new(master.Event)
		if err = response.Decode(event); err == nil && event.GetType() != master.Event_HEARTBEAT {
			say("event", event.GetType(), event.GetTaskUpdated().GetState())
		}
	}
	say("end", err)
}
