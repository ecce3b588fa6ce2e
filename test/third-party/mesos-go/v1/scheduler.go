package main

import (
	"bufio"
	"context"
	"os"
	"time"

	"github.com/gogo/protobuf/proto"
	mesos "github.com/mesos/mesos-go/api/v1/lib"
	"github.com/mesos/mesos-go/api/v1/lib/extras/scheduler/callrules"
	"github.com/mesos/mesos-go/api/v1/lib/extras/scheduler/controller"
	"github.com/mesos/mesos-go/api/v1/lib/httpcli/httpsched"
	"github.com/mesos/mesos-go/api/v1/lib/resources"
	"github.com/mesos/mesos-go/api/v1/lib/scheduler"
	"github.com/mesos/mesos-go/api/v1/lib/scheduler/calls"
	"github.com/mesos/mesos-go/api/v1/lib/scheduler/events"
)

const task = "from-go"

type app struct {
	caller    calls.Caller
	framework string
	launches  bool
}

func (a *app) call(call *scheduler.Call) {
	if err := calls.CallNoData(context.Background(), a.caller, call); err != nil {
		say("refused", call.GetType(), err)
	}
}

// Resources reserved at run time, in the form that came with refinement.
func reserved(kind mesos.Resource) mesos.Resource {
	kind.AllocationInfo = &mesos.Resource_AllocationInfo{Role: role}
	kind.Reservations = []mesos.Resource_ReservationInfo{{
		Type: mesos.Resource_ReservationInfo_DYNAMIC.Enum(), Role: role, Principal: proto.String("ann"),
		Labels: &mesos.Labels{Labels: []mesos.Label{{Key: "why", Value: proto.String("test")}}},
	}}
	return kind
}

func (a *app) offers(_ context.Context, event *scheduler.Event) error {
	for _, offer := range event.GetOffers().GetOffers() {
		soon := calls.RefuseSeconds(time.Second)
		if !a.launches {
			a.call(calls.Decline(offer.ID).With(soon))
			continue
		}
		a.launches = false
		wanted := []mesos.Resource{reserved(resources.NewCPUs(0.5).Resource), reserved(resources.NewMemory(32).Resource)}
		info := mesos.TaskInfo{
			Name: task, TaskID: mesos.TaskID{Value: task}, AgentID: offer.AgentID, Resources: wanted,
			Command: &mesos.CommandInfo{Value: proto.String("sleep 300")},
			Data:    []byte{0, 255},
		}
		operations := calls.OfferOperations{calls.OpReserve(wanted...), calls.OpLaunch(info)}
		a.call(calls.Accept(operations.WithOffers(offer.ID)).With(soon))
	}
	return nil
}

func (a *app) update(_ context.Context, event *scheduler.Event) error {
	status := event.GetUpdate().GetStatus()
	word := "update"
	if status.Reason != nil && status.GetReason() == mesos.REASON_RECONCILIATION {
		word = "reconciled"
	}
	say(word, status.TaskID.Value, status.GetState())
	return nil
}

func (a *app) subscribed(_ context.Context, event *scheduler.Event) error {
	a.framework = event.GetSubscribed().GetFrameworkID().Value
	say("subscribed", a.framework, event.GetSubscribed().GetHeartbeatIntervalSeconds())
	return nil
}

func (a *app) listen() {
	orders := map[string]func() *scheduler.Call{
		"reconcile": func() *scheduler.Call {
			return calls.Reconcile(calls.ReconcileTasks(map[string]string{task: "", "nobody": ""}))
		},
		"suppress": func() *scheduler.Call { return calls.SuppressWith([]string{*role}) },
		"revive":   func() *scheduler.Call { return calls.ReviveWith([]string{*role}) },
		"kill":     func() *scheduler.Call { return calls.Kill(task, "") },
		"stop":     func() *scheduler.Call { return &scheduler.Call{Type: scheduler.Call_TEARDOWN} },
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		a.call(orders[in.Text()]())
		say("done", in.Text())
	}
}

func (a *app) info() *mesos.FrameworkInfo {
	return &mesos.FrameworkInfo{
		User: "root", Name: "mesos-go-v1", Roles: []string{*role}, Principal: proto.String("ann"),
		FailoverTimeout: proto.Float64(60), Checkpoint: proto.Bool(true),
		Labels: &mesos.Labels{Labels: []mesos.Label{{Key: "codec", Value: codec}}},
		Capabilities: []mesos.FrameworkInfo_Capability{
			{Type: mesos.FrameworkInfo_Capability_MULTI_ROLE},
			{Type: mesos.FrameworkInfo_Capability_RESERVATION_REFINEMENT},
			{Type: mesos.FrameworkInfo_Capability_PARTITION_AWARE},
		},
	}
}

func schedule() {
	a := &app{framework: *id, launches: *id == ""}
	known := func() string { return a.framework }
	rules := callrules.New(callrules.WithFrameworkID(known))
	a.caller = rules.Caller(httpsched.NewCaller(client("/api/v1/scheduler")))
	ctx, cancel := context.WithCancel(context.Background())
	go a.listen()
	handlers := events.Handlers{
		scheduler.Event_SUBSCRIBED: events.HandlerFunc(a.subscribed),
		scheduler.Event_OFFERS:     events.HandlerFunc(a.offers),
		scheduler.Event_UPDATE:     controller.AckStatusUpdates(a.caller).AndThen().HandleF(a.update),
		scheduler.Event_ERROR: events.HandlerFunc(func(_ context.Context, event *scheduler.Event) error {
			say("error", event.GetError().GetMessage())
			return nil
		}),
	}
	controller.Run(ctx, a.info(), a.caller,
		controller.WithFrameworkID(known),
		controller.WithEventHandler(handlers),
		controller.WithSubscriptionTerminated(func(error) { cancel() }))
	say("end")
}
