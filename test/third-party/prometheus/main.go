// The discovery of Prometheus for Marathon, with a configuration as its users write it on standard input.
// Each change of the targets is a line of JSON, until it is interrupted.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"sort"

	"github.com/go-kit/log"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/marathon"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"gopkg.in/yaml.v2"
)

// Labels of a group that has vanished are null.
type group struct {
	Source  string
	Labels  map[string]string
	Targets []map[string]string
}

func show(value any) {
	line, _ := json.Marshal(value)
	fmt.Println(string(line))
}

func labels(set any) map[string]string {
	var all map[string]string
	text, _ := json.Marshal(set)
	_ = json.Unmarshal(text, &all)
	return all
}

func groups(found []*targetgroup.Group) []group {
	all := []group{}
	for _, one := range found {
		targets := []map[string]string{}
		for _, target := range one.Targets {
			targets = append(targets, labels(target))
		}
		all = append(all, group{one.Source, labels(one.Labels), targets})
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Source < all[j].Source })
	return all
}

// The logger's lines tell failures of a refresh.
type failures struct{}

func (failures) Log(pairs ...any) error {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == "err" {
			show(map[string]string{"Error": fmt.Sprint(pairs[i+1])})
		}
	}
	return nil
}

func main() {
	var config marathon.SDConfig
	if err := yaml.NewDecoder(os.Stdin).Decode(&config); err != nil {
		panic(err)
	}
	discoverer, err := config.NewDiscoverer(discovery.DiscovererOptions{Logger: log.Logger(failures{})})
	if err != nil {
		panic(err)
	}
	context, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	changes := make(chan []*targetgroup.Group)
	go discoverer.Run(context, changes)
	last := ""
	for {
		select {
		case <-context.Done():
			return
		case found := <-changes:
			text, _ := json.Marshal(groups(found))
			if string(text) != last {
				fmt.Println(string(text))
			}
			last = string(text)
		}
	}
}
