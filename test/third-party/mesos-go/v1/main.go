// Clients as a user of mesos-go's v1 library would write them, in protobuf or JSON: a scheduler that reserves and
// launches, one that takes it over, and an operator that asks everything and follows the events. Each prints what it is
// told, one line each.
package main

import (
	"flag"
	"fmt"

	mesos "github.com/mesos/mesos-go/api/v1/lib"
	"github.com/mesos/mesos-go/api/v1/lib/encoding"
	"github.com/mesos/mesos-go/api/v1/lib/encoding/codecs"
	"github.com/mesos/mesos-go/api/v1/lib/httpcli"
)

var (
	place = flag.String("master", "", "host:port")
	codec = flag.String("codec", "protobuf", "protobuf or json")
	id    = flag.String("id", "", "the framework to take over")
	role  = flag.String("role", "go", "what to subscribe with")
	mode  = flag.String("mode", "scheduler", "scheduler, operator or watch")
)

func say(words ...interface{}) { fmt.Println(words...) }

// The release is of Mesos 1.10, and in JSON reads no name of a capability that came later.
func init() {
	mesos.CapabilityReservationRefinement = "1"
	mesos.MasterInfo_Capability_Type_value["QUOTA_V2"] = 3
}

func client(path string) *httpcli.Client {
	media := map[string]encoding.Codec{
		"protobuf": codecs.ByMediaType[codecs.MediaTypeProtobuf],
		"json":     codecs.ByMediaType[codecs.MediaTypeJSON],
	}
	return httpcli.New(httpcli.Endpoint("http://"+*place+path), httpcli.Codec(media[*codec]))
}

func main() {
	flag.Parse()
	switch *mode {
	case "scheduler":
		schedule()
	case "operator":
		operate()
	case "watch":
		watch()
	}
}
