#include "common/config/yaml_document.hpp"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/emitterstyle.h>
#include <yaml-cpp/eventhandler.h>

#include <sstream>

namespace harvest::config {
namespace {

// Sees every node before any is built.
class Bounds final : public YAML::EventHandler {
public:
    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { node(mark, anchor); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse(mark, "aliases are not read here"); }
    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, const std::string&) override
    {
        node(mark, anchor);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override
    {
        enter(mark, anchor);
    }
    void OnSequenceEnd() override { --depth_; }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override
    {
        enter(mark, anchor);
    }
    void OnMapEnd() override { --depth_; }

private:
    [[noreturn]] static void refuse(const YAML::Mark& mark, const char* why) { throw YAML::ParserException(mark, why); }
    void node(const YAML::Mark& mark, YAML::anchor_t anchor)
    {
        if (anchor != YAML::NullAnchor) refuse(mark, "anchors are not read here");
        if (++nodes_ > max_yaml_nodes) refuse(mark, "holds too many values");
    }
    void enter(const YAML::Mark& mark, YAML::anchor_t anchor)
    {
        node(mark, anchor);
        if (++depth_ > max_yaml_depth) refuse(mark, "is nested too deeply");
    }

    std::size_t nodes_ = 0, depth_ = 0;
};

} // namespace

YAML::Node read_yaml(const std::string& text)
{
    if (text.size() > max_yaml_bytes) throw YAML::ParserException(YAML::Mark::null_mark(), "is larger than 1 MiB");
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    Bounds bounds;
    if (parser.HandleNextDocument(bounds) && parser.HandleNextDocument(bounds))
        throw YAML::ParserException(YAML::Mark::null_mark(), "holds more than one document");
    return YAML::Load(text);
}

} // namespace harvest::config
