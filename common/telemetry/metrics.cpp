#include "common/telemetry/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>

namespace harvest::telemetry {
namespace {

std::map<std::string, std::string> to_map(const Labels& labels)
{
    return {labels.begin(), labels.end()};
}

const prometheus::Histogram::BucketBoundaries latency_buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                              0.1,    0.25,  0.5,    1,     2.5,  5,     10};

} // namespace

struct Metrics::State {
    // Merge: asking for a family again gives the family that is there.
    prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Counter::add(double by) const
{
    if (counter_) counter_->Increment(by);
}

void Gauge::set(double value) const
{
    if (gauge_) gauge_->Set(value);
}

void Gauge::add(double by) const
{
    if (gauge_) gauge_->Increment(by);
}

void Histogram::observe(double value) const
{
    if (histogram_) histogram_->Observe(value);
}

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels)
{
    Counter handle;
    handle.counter_ = &prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry).Add(to_map(labels));
    return handle;
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels)
{
    Gauge handle;
    handle.gauge_ = &prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry).Add(to_map(labels));
    return handle;
}

Histogram Metrics::histogram(const std::string& name, const std::string& help, const Labels& labels)
{
    Histogram handle;
    handle.histogram_ = &prometheus::BuildHistogram()
                             .Name(name)
                             .Help(help)
                             .Register(state_->registry)
                             .Add(to_map(labels), latency_buckets);
    return handle;
}

std::string Metrics::exposition() const
{
    return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

} // namespace harvest::telemetry
