import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hl7.fhir.r5.context.ContextUtilities;
import org.hl7.fhir.r5.elementmodel.Manager.FhirFormat;
import org.hl7.fhir.r5.model.Resource;
import org.hl7.fhir.r5.model.StructureDefinition;
import org.hl7.fhir.r5.utils.validation.IValidatorResourceFetcher;
import org.hl7.fhir.r5.utils.validation.constants.BestPracticeWarningLevel;
import org.hl7.fhir.r5.utils.validation.constants.ReferenceValidationPolicy;
import org.hl7.fhir.utilities.validation.ValidationMessage;
import org.hl7.fhir.validation.ValidationEngine;
import org.hl7.fhir.validation.instance.InstanceValidator;
import org.hl7.fhir.validation.instance.advisor.BasePolicyAdvisorForFullValidation;

/**
 * HL7's validation engine over many files in one process, offline.
 *
 * <p>Each line of the file that is the only argument is a JSON object: {@code file}, {@code profiles} (canonical
 * addresses), {@code definitions} (files of StructureDefinitions, ValueSets and CodeSystems) and
 * {@code anyExtensions}. One line of JSON answers each: {@code file}, {@code issues}, {@code cpuMs}, or
 * {@code failure}. Lines with equal definitions share one context.
 */
public final class Judge {
  private static final Gson JSON = new GsonBuilder().serializeNulls().create();

  /** Answers that no other resource can be fetched, and that every address may exist. */
  private static final IValidatorResourceFetcher NOTHING_ELSE =
      (IValidatorResourceFetcher) Proxy.newProxyInstance(
          Judge.class.getClassLoader(),
          new Class<?>[] {IValidatorResourceFetcher.class},
          (self, method, values) -> switch (method.getName()) {
            case "resolveURL" -> true;
            case "fetchesCanonicalResource" -> false;
            case "fetchCanonicalResourceVersions" -> Set.of();
            case "setLocale" -> self;
            default -> null;
          });

  private final ValidationEngine base;
  private final Map<String, InstanceValidator> validators = new LinkedHashMap<>();
  private final Map<String, ValidationEngine> engines = new LinkedHashMap<>();

  private Judge() throws Exception {
    base = new ValidationEngine.ValidationEngineBuilder()
        .withVersion("4.0.1")
        .withNoTerminologyServer()
        .withCanRunWithoutTerminologyServer(true)
        .fromSource("hl7.fhir.r4.core#4.0.1");
    base.setPolicyAdvisor(new BasePolicyAdvisorForFullValidation(ReferenceValidationPolicy.IGNORE, null));
    base.setBestPracticeLevel(BestPracticeWarningLevel.Ignore);
  }

  public static void main(String[] arguments) throws Exception {
    // The engine prints its progress; only answers may go to the standard output.
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    Judge judge = new Judge();
    for (String line : Files.readAllLines(Path.of(arguments[0]))) {
      answers.println(JSON.toJson(judge.answer(JsonParser.parseString(line).getAsJsonObject())));
    }
    System.exit(0);
  }

  private JsonObject answer(JsonObject task) {
    JsonObject answer = new JsonObject();
    answer.add("file", task.get("file"));
    try {
      String name = task.get("file").getAsString();
      FhirFormat format = name.endsWith(".xml") ? FhirFormat.XML : FhirFormat.JSON;
      byte[] data = Files.readAllBytes(Path.of(name));
      List<String> definitions = strings(task, "definitions");
      boolean anyExtensions = task.has("anyExtensions") && task.get("anyExtensions").getAsBoolean();
      String key = String.join("\n", definitions) + "\n" + format + anyExtensions;
      ValidationEngine engine = engine(definitions);
      InstanceValidator validator = validators.get(key);
      if (validator == null) {
        validator = engine.getValidator(format);
        validator.setFetcher(NOTHING_ELSE);
        validator.setAnyExtensionsAllowed(anyExtensions);
        validator.setAssumeValidRestReferences(true);
        validators.put(key, validator);
      }
      List<ValidationMessage> messages = new ArrayList<>();
      long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      validator.validate(null, messages, new ByteArrayInputStream(data), format,
          engine.asSdList(strings(task, "profiles")));
      long spent = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
      answer.addProperty("cpuMs", spent / 1e6);
      answer.add("issues", issues(messages));
    } catch (Exception | Error failure) {
      answer.addProperty("failure", failure.getClass().getSimpleName() + ": " + failure.getMessage());
    }
    return answer;
  }

  /** The engine whose context holds the definitions; without definitions the base engine. */
  private ValidationEngine engine(List<String> definitions) throws Exception {
    if (definitions.isEmpty()) {
      return base;
    }
    String key = String.join("\n", definitions);
    ValidationEngine engine = engines.get(key);
    if (engine == null) {
      engine = new ValidationEngine(base);
      engine.setPolicyAdvisor(new BasePolicyAdvisorForFullValidation(ReferenceValidationPolicy.IGNORE, null));
      engine.setBestPracticeLevel(BestPracticeWarningLevel.Ignore);
      for (String definition : definitions) {
        Resource resource = engine.loadResource(Files.readAllBytes(Path.of(definition)), definition);
        engine.getContext().cacheResource(resource);
      }
      ContextUtilities utilities = new ContextUtilities(engine.getContext());
      for (StructureDefinition one : engine.getContext().fetchResourcesByType(StructureDefinition.class)) {
        if (!one.hasSnapshot()) {
          utilities.generateSnapshot(one);
        }
      }
      engines.put(key, engine);
    }
    return engine;
  }

  private static JsonArray issues(List<ValidationMessage> messages) {
    JsonArray issues = new JsonArray();
    for (ValidationMessage message : messages) {
      JsonObject issue = new JsonObject();
      issue.addProperty("severity", message.getLevel().toCode());
      issue.addProperty("id", message.getMessageId());
      issue.addProperty("text", message.getMessage());
      issue.addProperty("location", message.getLocation());
      issue.addProperty("line", message.getLine());
      issues.add(issue);
    }
    return issues;
  }

  private static List<String> strings(JsonObject task, String name) {
    List<String> strings = new ArrayList<>();
    if (task.has(name)) {
      for (JsonElement one : task.getAsJsonArray(name)) {
        strings.add(one.getAsString());
      }
    }
    return strings;
  }
}
